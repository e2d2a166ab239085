using System.Runtime.InteropServices;
using System.Xml;
using System.Xml.Linq;

namespace Slipway.Amt.WsMan;

/// <summary>Reads XML that a stranger wrote: no document types, no entities, nothing fetched, bounded in size, depth and count.</summary>
internal static class WsManXml
{
    public const int MaxDepth = 64;

    /// <summary>The largest answers are lists of some hundred instances.</summary>
    public const int MaxElements = 16 * 1024;

    /// <summary>Firmware writes one or two, and the envelope's namespaces.</summary>
    public const int MaxAttributes = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = HttpAnswerReader.MaxBodyBytes,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <summary>The document's root; null when it is damaged or beyond the bounds, and then why.</summary>
    public static XElement? Read(ReadOnlyMemory<byte> bytes, out string? defect)
    {
        try
        {
            // Counted before a tree is built: a tree of a million elements is the attack.
            using (var reader = Open(bytes)) defect = Measure(reader);
            if (defect is not null) return null;
            using var again = Open(bytes);
            return XElement.Load(again);
        }
        catch (Exception e) when (e is XmlException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            // Its message names line and column; the rest of it may quote the document, which is not ours to repeat.
            defect = e is XmlException x ? $"not well-formed or not allowed at line {x.LineNumber}, column {x.LinePosition}" : "in an encoding that cannot be read";
            return null;
        }
    }

    private static string? Measure(XmlReader reader)
    {
        int elements = 0;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.Depth >= MaxDepth) return $"nested deeper than {MaxDepth}";
            if (++elements > MaxElements) return $"more than {MaxElements} elements";
            if (reader.AttributeCount > MaxAttributes) return $"an element with more than {MaxAttributes} attributes";
        }

        return null;
    }

    private static XmlReader Open(ReadOnlyMemory<byte> bytes)
    {
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array);
        return XmlReader.Create(new MemoryStream(array.Array ?? [], array.Offset, array.Count, writable: false), Settings);
    }
}
