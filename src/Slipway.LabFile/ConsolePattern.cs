using System.Text.RegularExpressions;

namespace Slipway.LabFile;

/// <summary>The regular expressions of lab and run files: one dialect, compiled in one place.</summary>
/// <remarks>
/// Consoles are endless and hostile, so only what .NET's non-backtracking engine can do is allowed: time linear in the
/// console, whatever the pattern. That excludes look-around, back references, atomic groups and conditionals.
/// </remarks>
public static class ConsolePattern
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The options every pattern is compiled with. <c>^</c> and <c>$</c> stand for the ends of lines.</summary>
    public const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline;

    // 'a{1000}' is 1000 states; nested repetitions multiply, and the engine builds them before it looks at a byte.
    private const int MaxRepetition = 1000;

    /// <summary>Compiles a pattern that passed the check of the file it stands in.</summary>
    /// <exception cref="ArgumentException">It is none; never for a pattern of a <see cref="LabDescription"/> or <see cref="RunDescription"/>.</exception>
    public static Regex Compile(string pattern)
    {
        var defect = TryCompile(pattern, out var regex);
        return regex ?? throw new ArgumentException(defect, nameof(pattern));
    }

    /// <summary>Compiles a pattern, or says in words why it is none. The words do not repeat the pattern.</summary>
    public static string? TryCompile(string pattern, out Regex? regex)
    {
        regex = null;
        if (pattern.Length == 0) return "the pattern is empty";
        if (pattern.Length > MaxLength) return $"the pattern is longer than {MaxLength} characters";
        if (RepetitionProduct(pattern) > MaxRepetition) return $"its counted repetitions {{n}} multiply to more than {MaxRepetition}";
        try
        {
            regex = new Regex(pattern, Options);
            return null;
        }
        catch (RegexParseException e)
        {
            return $"{Words(e.Error)} at character {e.Offset}";
        }
        catch (NotSupportedException)
        {
            return "look-around (?=…) (?<!…), back references \\1, atomic groups (?>…) and conditionals cannot be used: "
                + "a pattern must be matched in time linear to the console";
        }
    }

    // Upper estimate: the product of all counts, whether nested or not, once there is more than one level of brackets.
    private static double RepetitionProduct(string pattern)
    {
        var product = 1.0;
        var largest = 1.0;
        for (var open = pattern.IndexOf('{'); open >= 0; open = pattern.IndexOf('{', open + 1))
        {
            var close = pattern.IndexOf('}', open);
            if (close < 0) break;
            var numbers = pattern[(open + 1)..close].Split(',');
            if (numbers.Length > 2 || !uint.TryParse(numbers[0], out var count)) continue;
            if (numbers.Length == 2 && uint.TryParse(numbers[1], out var most)) count = Math.Max(count, most);
            product *= Math.Max(1, count);
            largest = Math.Max(largest, count);
        }

        var nested = pattern.Contains("){", StringComparison.Ordinal);
        return nested ? product : largest;
    }

    // InsufficientClosingParentheses → "insufficient closing parentheses"
    private static string Words(RegexParseError error) =>
        string.Concat(error.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : " ") + char.ToLowerInvariant(c) : c.ToString()));
}
