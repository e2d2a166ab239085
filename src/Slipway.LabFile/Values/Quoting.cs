using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

/// <summary>How a value appears in a message: as the file has it, so that what came from the environment never prints.</summary>
internal static class Quoting
{
    private const int MaxLength = 80;

    public static string Quote(YamlScalar scalar) => $"'{Shorten(scalar.Source)}'";

    public static string Shorten(string text)
    {
        var oneLine = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length > MaxLength ? oneLine + "…" : oneLine;
    }
}
