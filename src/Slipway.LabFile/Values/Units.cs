using System.Globalization;

namespace Slipway.LabFile.Values;

/// <summary>Durations (<c>1h30m</c>) and sizes (<c>256M</c>) as people write them.</summary>
internal static class Units
{
    private const int MaxTextLength = 40;

    private static readonly (string Unit, TimeSpan Length)[] DurationUnits =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>Reads <c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h30m</c>, <c>5d</c>: numbers with units, larger units first, no unit twice.</summary>
    public static TimeSpan? TryDuration(string text)
    {
        if (text.Length is 0 or > MaxTextLength) return null;
        var total = TimeSpan.Zero;
        var previous = TimeSpan.MaxValue;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 9) return null;
            var number = int.Parse(rest[..digits], CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            rest = rest[unit.Length..];

            var length = TimeSpan.Zero;
            foreach (var (name, one) in DurationUnits)
                if (unit.SequenceEqual(name)) length = one;
            if (length == TimeSpan.Zero || length >= previous || number > TimeSpan.FromDays(36500) / length) return null;
            previous = length;
            total += length * number;
        }

        return total;
    }

    /// <summary>Reads <c>64K</c>, <c>256M</c>, <c>1G</c>: a whole number of KiB, MiB or GiB.</summary>
    public static long? TrySize(string text)
    {
        if (text.Length is < 2 or > 12) return null;
        var shift = text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        return shift != 0 && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (long)number << shift : null;
    }

    /// <summary>Writes a duration as the file would have it.</summary>
    public static string Show(TimeSpan duration)
    {
        var text = "";
        foreach (var (name, one) in DurationUnits.Reverse())
        {
            var count = (long)(duration / one);
            if (count == 0) continue;
            text += $"{count}{name}";
            duration -= one * count;
        }

        return text.Length == 0 ? "0s" : text;
    }
}
