using System.Text;

namespace Slipway.LabFile.Values;

/// <summary>Splits a string into words as a POSIX shell would (XCU §2.2), without any expansion: no variables, globs or operators.</summary>
internal static class ShellWords
{
    /// <summary>The words; null when a quote is not closed or the text ends in a backslash.</summary>
    public static List<string>? TrySplit(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (inWord) words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                    break;
                case '\'':
                    var close = text.IndexOf('\'', i + 1);
                    if (close < 0) return null;
                    word.Append(text, i + 1, close - i - 1);
                    i = close;
                    inWord = true;
                    break;
                case '"':
                    if (!TryDoubleQuoted(text, ref i, word)) return null;
                    inWord = true;
                    break;
                case '\\':
                    if (++i == text.Length) return null;
                    word.Append(text[i]);
                    inWord = true;
                    break;
                default:
                    word.Append(text[i]);
                    inWord = true;
                    break;
            }
        }

        if (inWord) words.Add(word.ToString());
        return words;
    }

    // Inside double quotes a backslash escapes only $ ` " \ (XCU §2.2.3). Leaves `at` on the closing quote.
    private static bool TryDoubleQuoted(string text, ref int at, StringBuilder word)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"') return true;
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '$' or '`' or '"' or '\\') at++;
            word.Append(text[at]);
        }

        return false;
    }
}
