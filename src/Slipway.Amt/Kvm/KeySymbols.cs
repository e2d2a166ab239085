using System.Collections.Frozen;

namespace Slipway.Amt.Kvm;

/// <summary>The names of keys that are no characters, and their X11 symbols (keysymdef.h; RFC 6143 §7.5.4).</summary>
internal static class KeySymbols
{
    public const uint Return = 0xFF0D;
    public const uint Tab = 0xFF09;
    public const uint BackSpace = 0xFF08;
    public const uint Escape = 0xFF1B;
    public const uint LeftShift = 0xFFE1;

    private const uint F1 = 0xFFBE;
    private const uint KeypadZero = 0xFFB0;

    private static readonly FrozenDictionary<string, uint> ByName = All().ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds a key by its name, in capitals or not.</summary>
    public static bool TryFind(string name, out uint symbol) => ByName.TryGetValue(name, out symbol);

    /// <summary>Up to three names that look most like this one, the nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string name) =>
        [.. ByName.Keys.OrderBy(known => Distance(known, name)).ThenBy(known => known, StringComparer.Ordinal).Take(3)];

    /// <summary>Whether a key is held while another one is pressed.</summary>
    public static bool IsModifier(uint symbol) => symbol is (>= LeftShift and <= 0xFFE4) or (>= 0xFFE7 and <= 0xFFEC);

    private static Dictionary<string, uint> All()
    {
        var keys = new Dictionary<string, uint>(StringComparer.OrdinalIgnoreCase)
        {
            ["Enter"] = Return, ["Return"] = Return,
            ["Tab"] = Tab,
            ["Backspace"] = BackSpace,
            ["Escape"] = Escape, ["Esc"] = Escape,
            ["Space"] = ' ', ["Plus"] = '+',
            ["Insert"] = 0xFF63, ["Ins"] = 0xFF63,
            ["Delete"] = 0xFFFF, ["Del"] = 0xFFFF,
            ["Home"] = 0xFF50, ["End"] = 0xFF57,
            ["PageUp"] = 0xFF55, ["PgUp"] = 0xFF55,
            ["PageDown"] = 0xFF56, ["PgDn"] = 0xFF56,
            ["Left"] = 0xFF51, ["Up"] = 0xFF52, ["Right"] = 0xFF53, ["Down"] = 0xFF54,
            ["PrintScreen"] = 0xFF61, ["Print"] = 0xFF61, ["SysRq"] = 0xFF15,
            ["Pause"] = 0xFF13, ["Break"] = 0xFF6B, ["ScrollLock"] = 0xFF14,
            ["NumLock"] = 0xFF7F, ["CapsLock"] = 0xFFE5,
            ["Menu"] = 0xFF67,
            ["Shift"] = LeftShift, ["RightShift"] = 0xFFE2,
            ["Ctrl"] = 0xFFE3, ["Control"] = 0xFFE3, ["RightCtrl"] = 0xFFE4,
            ["Meta"] = 0xFFE7,
            ["Alt"] = 0xFFE9, ["RightAlt"] = 0xFFEA, ["AltGr"] = 0xFFEA,
            ["Win"] = 0xFFEB, ["Super"] = 0xFFEB, ["RightWin"] = 0xFFEC,
            ["KeypadEnter"] = 0xFF8D, ["KeypadMultiply"] = 0xFFAA, ["KeypadAdd"] = 0xFFAB, ["KeypadSubtract"] = 0xFFAD,
            ["KeypadDecimal"] = 0xFFAE, ["KeypadDivide"] = 0xFFAF,
        };
        for (uint i = 0; i < 12; i++) keys[$"F{i + 1}"] = F1 + i;
        for (uint i = 0; i < 10; i++) keys[$"Keypad{i}"] = KeypadZero + i;
        return keys;
    }

    /// <summary>Letters to add, take away or change (Levenshtein), capitals or not.</summary>
    private static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            var line = new int[b.Length + 1];
            line[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int change = char.ToUpperInvariant(a[i]) == char.ToUpperInvariant(b[j]) ? 0 : 1;
                line[j + 1] = Math.Min(Math.Min(above[j + 1] + 1, line[j] + 1), above[j] + change);
            }
            above = line;
        }
        return above[^1];
    }
}
