using System.Globalization;

namespace Slipway.Netboot.HttpBoot;

/// <summary>One byte range of a Range header (RFC 9110 §14.1.2).</summary>
/// <param name="First">First byte; null for a suffix range.</param>
/// <param name="Last">Last byte, or the length of the suffix; null = to the end.</param>
public readonly record struct ByteRange(long? First, long? Last)
{
    /// <summary>Reads <c>bytes=a-b</c>, <c>bytes=a-</c> or <c>bytes=-n</c>.</summary>
    /// <returns>False for anything else, several ranges included: such a header may be ignored (RFC 9110 §14.2), and firmware sends none.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out ByteRange range)
    {
        range = default;
        const string unit = "bytes=";
        if (!text.StartsWith(unit, StringComparison.OrdinalIgnoreCase)) return false;
        text = text[unit.Length..].Trim(' ');
        int dash = text.IndexOf('-');
        if (dash < 0 || text.Length == 1) return false;
        if (!TryNumber(text[..dash], out long? first) || !TryNumber(text[(dash + 1)..], out long? last)) return false;
        if (first > last) return false;
        range = new ByteRange(first, last);
        return true;
    }

    /// <summary>The bytes meant in a file of this length.</summary>
    /// <returns>False when there are none: 416.</returns>
    public bool TryResolve(long length, out long offset, out long count)
    {
        offset = First ?? Math.Max(0, length - Last!.Value);
        long end = First is null || Last is null ? length : Math.Min(length, Last.Value == long.MaxValue ? length : Last.Value + 1);
        count = end - offset;
        return count > 0;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.IsEmpty) return true;
        bool good = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
        number = value;
        return good;
    }
}
