using Slipway.Amt;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class KeyScriptTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "+61 -61")]
    [InlineData("A", "+FFE1 +41 -41 -FFE1")]
    [InlineData("!", "+FFE1 +21 -21 -FFE1")]
    [InlineData("1-ü", "+31 -31 +2D -2D +FC -FC")]
    [InlineData("x{Enter}", "+78 -78 +FF0D -FF0D")]
    [InlineData("x\r\n\ty\n", "+78 -78 +FF0D -FF0D +FF09 -FF09 +79 -79 +FF0D -FF0D")]
    [InlineData("{F2}{f12}{Up}", "+FFBF -FFBF +FFC9 -FFC9 +FF52 -FF52")]
    [InlineData("{Ctrl+Alt+Del}", "+FFE3 +FFE9 +FFFF -FFFF -FFE9 -FFE3")]
    [InlineData("{ctrl+C}", "+FFE3 +63 -63 -FFE3")]
    [InlineData("{Shift+Tab}", "+FFE1 +FF09 -FF09 -FFE1")]
    [InlineData("{Alt+SysRq}", "+FFE9 +FF15 -FF15 -FFE9")]
    [InlineData("{Ctrl++}", "+FFE3 +2B -2B -FFE3")]
    [InlineData("{Shift}", "+FFE1 -FFE1")]
    [InlineData("{{}{}}", "+FFE1 +7B -7B -FFE1 +FFE1 +7D -7D -FFE1")]
    [InlineData("}", "+FFE1 +7D -7D -FFE1")]
    [InlineData("{a}{B}", "+61 -61 +FFE1 +42 -42 -FFE1")]
    public void Text_becomes_strokes(string text, string strokes) =>
        Assert.Equal(strokes, string.Join(' ', KeyScript.Parse(text).Select(s => $"{(s.IsDown ? '+' : '-')}{s.Symbol:X2}")));

    [Theory]
    [InlineData("{Entr}", "'Entr' is no key; the nearest are Enter")]
    [InlineData("{Ctrl+Alt+Delte}", "'Delte' is no key; the nearest are Delete")]
    [InlineData("{Up+Down}", "'Up' in {Up+Down} is no key that is held")]
    [InlineData("{Ctrl+}", "{Ctrl+} ends where a key belongs")]
    [InlineData("{}", "brace at character 1 is not closed")]
    [InlineData("ab{Enter", "brace at character 3 is not closed")]
    [InlineData("{ }x{+}{Ctrl+Ctrl+}", "ends where a key belongs")]
    [InlineData("{Ctrl++a}", "'' is no key")]
    [InlineData("€", "U+20AC cannot be typed")]
    [InlineData("\0", "U+0000 cannot be typed")]
    public void What_cannot_be_typed_is_said_in_words(string text, string words)
    {
        AmtException error = Assert.Throws<AmtException>(() => KeyScript.Parse(text));
        Assert.Equal(AmtProblem.BadArgument, error.Problem);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_typed_or_refused()
    {
        int seed = Environment.TickCount;
        var dice = new Random(seed);
        const string Letters = "{}+aA \nCtrlEnter€";
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, dice.Next(12)).Select(_ => Letters[dice.Next(Letters.Length)]));
            try
            {
                var down = new Stack<uint>();
                foreach (KeyStroke stroke in KeyScript.Parse(text))
                    if (stroke.IsDown) down.Push(stroke.Symbol);
                    else Assert.Equal(down.Pop(), stroke.Symbol);
                Assert.Empty(down);
            }
            catch (AmtException)
            {
                // Refused.
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, '{text}': {error}");
            }
        }
    }
}
