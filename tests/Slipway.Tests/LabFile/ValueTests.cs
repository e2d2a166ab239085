using Slipway.LabFile.Values;

namespace Slipway.Tests.LabFile;

public sealed class ValueTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("5d", 432_000_000)]
    [InlineData("1m500ms", 60_500)]
    public void Durations_are_read(string text, long milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Units.TryDuration(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("30m1h")]
    [InlineData("1s1s")]
    [InlineData("1w")]
    [InlineData("9999999999s")]
    [InlineData("999999999d")]
    public void Anything_else_is_no_duration(string text) => Assert.Null(Units.TryDuration(text));

    [Theory]
    [InlineData("500ms")]
    [InlineData("1h30m")]
    [InlineData("2d3h4m5s6ms")]
    [InlineData("0s")]
    public void A_duration_is_shown_as_it_is_written(string text) => Assert.Equal(text, Units.Show(Units.TryDuration(text)!.Value));

    [Theory]
    [InlineData("64K", 65536)]
    [InlineData("1G", 1073741824)]
    [InlineData("1", null)]
    [InlineData("1T", null)]
    [InlineData("-1M", null)]
    public void Sizes_have_a_unit(string text, int? bytes) => Assert.Equal(bytes, Units.TrySize(text));

    [Theory]
    [InlineData("a  b", "a|b")]
    [InlineData("a 'b c' \"d e\" f\\ g", "a|b c|d e|f g")]
    [InlineData("x'y'\"z\"", "xyz")]
    [InlineData("'' \"\"", "|")]
    [InlineData("\"a\\\"b\\n\" $HOME *", "a\"b\\n|$HOME|*")]
    public void Words_are_split_as_a_shell_does(string text, string words) => Assert.Equal(words, string.Join('|', ShellWords.TrySplit(text)!));

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a")]
    [InlineData("a\\")]
    public void An_open_quote_gives_no_words(string text) => Assert.Null(ShellWords.TrySplit(text));

    [Theory]
    [InlineData("nautilis", "nautilus")]
    [InlineData("kenrel", "kernel")]
    [InlineData("KERNEL", "kernel")]
    [InlineData("zebra", null)]
    public void The_nearest_word_is_near(string word, string? nearest) => Assert.Equal(nearest, NearestWord.Find(word, ["nautilus", "kernel", "protocol"]));
}
