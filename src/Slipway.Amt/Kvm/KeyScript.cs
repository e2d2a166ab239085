namespace Slipway.Amt.Kvm;

/// <summary>A key going down or up.</summary>
/// <param name="Symbol">X11.</param>
internal readonly record struct KeyStroke(bool IsDown, uint Symbol);

/// <summary>Turns text with key names in braces into strokes. Pure.</summary>
/// <remarks>
/// <c>root{Enter}</c>, <c>{F2}</c>, <c>{Ctrl+Alt+Del}</c>, <c>{Ctrl+c}</c>; <c>{{}</c> and <c>{}}</c> type the braces themselves.
/// A line feed is Enter. Shift is held for capitals and for the signs that need it on a US keyboard, which is what firmware and boot loaders take the keyboard for.
/// </remarks>
internal static class KeyScript
{
    /// <summary>Signs typed with Shift on a US keyboard.</summary>
    private const string ShiftedSigns = "~!@#$%^&*()_+{}|:\"<>?";

    private const char LastLatin1 = 'ÿ';

    /// <summary>A name longer than this is a brace that was not meant as one.</summary>
    private const int LongestName = 64;

    /// <exception cref="AmtException">BadArgument: a name that is no key, a brace left open, a character that no key makes.</exception>
    public static IReadOnlyList<KeyStroke> Parse(string text)
    {
        var strokes = new List<KeyStroke>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '{')
            {
                // Windows' line ends are one Enter.
                if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
                Press(strokes, text[i]);
                continue;
            }

            // From the second character on, so that {}} is a key, too.
            int close = i + 2 < text.Length ? text.IndexOf('}', i + 2) : -1;
            if (close < 0 || close - i > LongestName)
                throw Bad($"the brace at character {i + 1} is not closed; a key is written {{Enter}}, and a brace itself {{{{}}");
            PressNamed(strokes, text[(i + 1)..close]);
            i = close;
        }
        return strokes;
    }

    private static void Press(List<KeyStroke> strokes, char character)
    {
        uint symbol = SymbolOf(character);
        bool isShifted = char.IsAsciiLetterUpper(character) || ShiftedSigns.Contains(character, StringComparison.Ordinal);
        Press(strokes, isShifted ? [KeySymbols.LeftShift] : [], symbol);
    }

    private static void PressNamed(List<KeyStroke> strokes, string combination)
    {
        if (combination.Length == 1)
        {
            Press(strokes, combination[0]);
            return;
        }

        var held = new List<uint>();
        string[] names = SplitKeys(combination);
        foreach (string name in names[..^1])
        {
            uint modifier = Find(name);
            if (!KeySymbols.IsModifier(modifier)) throw Bad($"'{name}' in {{{combination}}} is no key that is held: Ctrl, Alt, Shift, Win and AltGr are");
            held.Add(modifier);
        }
        // With a modifier a capital means the key, not its capital: Ctrl+C is what people write for the key c.
        uint symbol = names.Length > 1 && names[^1].Length == 1 ? char.ToLowerInvariant((char)Find(names[^1])) : Find(names[^1]);
        Press(strokes, held, symbol);
    }

    /// <summary>Parts between plus signs; a plus sign at the end is the key itself.</summary>
    private static string[] SplitKeys(string combination)
    {
        if (!combination.EndsWith('+')) return combination.Split('+');
        string before = combination[..^1];
        return before.EndsWith('+') ? [.. before[..^1].Split('+'), "+"] : throw Bad($"{{{combination}}} ends where a key belongs");
    }

    private static uint Find(string name)
    {
        string trimmed = name.Trim();
        if (trimmed.Length == 1) return SymbolOf(trimmed[0]);
        return KeySymbols.TryFind(trimmed, out uint symbol)
            ? symbol
            : throw Bad($"'{trimmed}' is no key; the nearest are {string.Join(", ", KeySymbols.Nearest(trimmed))}");
    }

    private static uint SymbolOf(char character) => character switch
    {
        '\n' or '\r' => KeySymbols.Return,
        '\t' => KeySymbols.Tab,
        '\b' => KeySymbols.BackSpace,
        '\e' => KeySymbols.Escape,
        (>= ' ' and <= '~') or (>= '\u00A0' and <= LastLatin1) => character,
        _ => throw Bad($"the character U+{(int)character:X4} cannot be typed: the firmware knows the keys of Latin-1 only"),
    };

    private static void Press(List<KeyStroke> strokes, IReadOnlyList<uint> held, uint symbol)
    {
        foreach (uint modifier in held) strokes.Add(new KeyStroke(true, modifier));
        strokes.Add(new KeyStroke(true, symbol));
        strokes.Add(new KeyStroke(false, symbol));
        foreach (uint modifier in held.Reverse()) strokes.Add(new KeyStroke(false, modifier));
    }

    private static AmtException Bad(string what) => new(AmtProblem.BadArgument, $"this cannot be typed: {what}");
}
