using System.Text;
using Slipway.Lab.Consoles;

namespace Slipway.Tests.Lab.Consoles;

public sealed class ConsoleLinesTests
{
    [Theory]
    [InlineData("plain\n", "plain")]
    [InlineData("dos\r\n", "dos")]
    [InlineData("\e[1;31mred\e[0m\n", "red")]
    [InlineData("\e[H\e[J\e[1;1H(XEN) Xen version 4.17\n", "(XEN) Xen version 4.17")]
    [InlineData("\e]0;a title\abody\n", "body")]
    [InlineData("\e]0;a title\e\\body\n", "body")]
    [InlineData("\e(Btext\n", "text")]
    [InlineData("nul\0led\n", "nulled")]
    [InlineData("wrnog\b\b\bong\n", "wrong")]
    [InlineData("torn \e[12\nnext\n", "torn |next")]
    public void Terminal_sequences_are_taken_out(string bytes, string lines)
    {
        Assert.Equal(lines.Split('|'), Lines(Encoding.UTF8.GetBytes(bytes)).Select(l => l.Text));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_become_replacement_characters()
    {
        Assert.Equal(["a\uFFFDb"], Lines([(byte)'a', 0xFF, (byte)'b', (byte)'\n']).Select(l => l.Text));
    }

    [Fact]
    public void A_line_knows_where_it_began()
    {
        Assert.Equal([0L, 5L, 11L], Lines("one\r\nthree\n\n"u8.ToArray()).Select(l => l.Offset));
    }

    [Fact]
    public void Garbage_without_line_ends_is_cut()
    {
        var lines = new ConsoleLines();
        var ended = new List<ConsoleLine>();

        lines.Add(Encoding.ASCII.GetBytes(new string('x', 3 * ConsoleLines.MaxLineLength + 5)), 0, ended);

        Assert.Equal(3, ended.Count);
        Assert.Equal(5, lines.Unfinished.Length);
    }

    [Fact]
    public void Every_split_gives_the_same_lines()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("\e[1mäö\e]2;x\a\r\n\e(Bprompt> \e[Kü\b\n");
        string[] whole = [.. Lines(bytes).Select(l => l.Text)];

        for (int at = 0; at <= bytes.Length; at++)
        {
            var lines = new ConsoleLines();
            var ended = new List<ConsoleLine>();
            lines.Add(bytes.AsSpan(0, at), 0, ended);
            lines.Add(bytes.AsSpan(at), at, ended);
            Assert.Equal(whole, ended.Select(l => l.Text));
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var lines = new ConsoleLines();
        var ended = new List<ConsoleLine>();
        byte[] bytes = new byte[997];
        for (int round = 0; round < 300; round++)
        {
            random.NextBytes(bytes);
            Exception? thrown = Record.Exception(() => lines.Add(bytes, round, ended));
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
    }

    private static List<ConsoleLine> Lines(byte[] bytes)
    {
        var ended = new List<ConsoleLine>();
        new ConsoleLines().Add(bytes, 0, ended);
        return ended;
    }
}
