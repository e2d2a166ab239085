using System.Text;
using Slipway.Netboot;
using Slipway.Netboot.Tftp;

namespace Slipway.Tests.Netboot.Tftp;

public sealed class NetAsciiContentTests
{
    [Fact]
    public void Every_part_can_be_read_at_every_offset()
    {
        int seed = Random.Shared.Next();
        var dice = new Random(seed);
        byte[] original = [.. Enumerable.Range(0, 50_000).Select(_ => "ab\r\n"u8[dice.Next(4)])];
        byte[] expected = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(original).Replace("\r", "\r\0", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
        using var content = new NetAsciiContent(BootContent.Of(original));

        Assert.Equal(expected.Length, content.Length);
        for (int i = 0; i < 500; i++)
        {
            int offset = dice.Next(expected.Length);
            byte[] part = new byte[dice.Next(1, 2000)];
            int length = content.Read(offset, part);
            Assert.True(expected.AsSpan(offset, Math.Min(part.Length, expected.Length - offset)).SequenceEqual(part.AsSpan(0, length)), $"seed {seed}");
        }
    }
}
