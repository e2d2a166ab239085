using System.Text;
using Slipway.LabFile.Values;

namespace Slipway.LabFile.Yaml;

/// <summary>Bytes of a file → the text YAML is made of. Refuses what no editor writes.</summary>
internal static class YamlText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text without its byte order mark; null after a problem was reported.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, SourceFile file, ProblemList problems)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];

        var control = bytes.IndexOfAny(ControlBytes);
        var wellFormed = WellFormedLength(bytes);
        if (control >= 0 && control < wellFormed)
        {
            problems.Add(PlaceOf(bytes, control, file), ProblemCode.NotText, $"the byte 0x{bytes[control]:X2} has no place in a text file");
            return null;
        }

        if (wellFormed < bytes.Length)
        {
            problems.Add(
                PlaceOf(bytes, wellFormed, file),
                ProblemCode.NotText,
                $"the byte 0x{bytes[wellFormed]:X2} is not UTF-8; save the file as UTF-8");
            return null;
        }

        return Strict.GetString(bytes);
    }

    // C0 controls other than tab, line feed and carriage return, and DEL.
    private static readonly System.Buffers.SearchValues<byte> ControlBytes = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b is not ('\t' or '\n' or '\r')).Append(0x7F).Select(b => (byte)b)]);

    private static int WellFormedLength(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return bytes.Length;
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == System.Buffers.OperationStatus.Done) at += used;
        return at;
    }

    private static Place PlaceOf(ReadOnlySpan<byte> bytes, int offset, SourceFile file)
    {
        var before = bytes[..offset];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return new Place(file, before.Count((byte)'\n') + 1, CharacterCount(before[lineStart..]) + 1);
    }

    private static int CharacterCount(ReadOnlySpan<byte> wellFormed) => Encoding.UTF8.GetCharCount(wellFormed);
}
