namespace Slipway.Amt;

/// <summary>The MEBx' rules for passwords of the firmware.</summary>
public static class AmtPasswordRules
{
    private const int Shortest = 8;
    private const int Longest = 32;

    /// <summary>The first rule a password breaks, in words that do not hold it; null when it keeps them all.</summary>
    public static string? Check(string password)
    {
        if (password.Length is < Shortest or > Longest) return $"{Shortest} to {Longest} characters, found {password.Length}";
        if (password.Any(c => c is < ' ' or > '~')) return "characters of the American keyboard only (ASCII)";
        if (password.Any(c => c is ':' or ',' or '"')) return "no colon, comma or double quote";
        if (!password.Any(char.IsAsciiLetterUpper)) return "an upper case letter";
        if (!password.Any(char.IsAsciiLetterLower)) return "a lower case letter";
        if (!password.Any(char.IsAsciiDigit)) return "a digit";
        return password.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or ' ')) ? null : "a special character (the underscore is none)";
    }
}
