using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>A WS-Management request, read by namespace (DSP0226 §5). Whatever prefixes, order or spacing the console chose does not matter.</summary>
internal sealed class SoapRequest
{
    /// <summary>Deepest element; the deepest real request (an endpoint reference among a method's arguments) has 8.</summary>
    private const int DeepestElement = 32;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = SimHttpRequest.LargestBody,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private SoapRequest()
    {
    }

    /// <summary>Empty for Identify, which has no addressing.</summary>
    public string Action { get; private init; } = "";

    public string ResourceUri { get; private init; } = "";

    public string MessageId { get; private init; } = "";

    public IReadOnlyDictionary<string, string> Selectors { get; private init; } = new Dictionary<string, string>();

    /// <summary>The first element of the body, or null when it is empty.</summary>
    public XElement? Body { get; private init; }

    public bool IsIdentify => Body?.Name == SoapNames.Identity + "Identify";

    /// <summary>Reads a request. False for whatever is no envelope: broken, hostile, too deep, of another kind. Never throws.</summary>
    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out SoapRequest? request)
    {
        request = null;
        if (Load(bytes) is not { } envelope || envelope.Name != SoapNames.Soap + "Envelope") return false;
        if (envelope.Element(SoapNames.Soap + "Body") is not { } body) return false;
        XElement? header = envelope.Element(SoapNames.Soap + "Header");

        request = new SoapRequest
        {
            Action = Text(header, SoapNames.Addressing + "Action"),
            ResourceUri = Text(header, SoapNames.WsMan + "ResourceURI"),
            MessageId = Text(header, SoapNames.Addressing + "MessageID"),
            Selectors = ReadSelectors(header?.Element(SoapNames.WsMan + "SelectorSet")),
            Body = body.Elements().FirstOrDefault(),
        };
        return true;
    }

    /// <summary>Selectors by name. Some consoles qualify the attribute (<c>w:Name</c>); both are taken.</summary>
    public static Dictionary<string, string> ReadSelectors(XElement? set)
    {
        var selectors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (XElement selector in set?.Elements(SoapNames.WsMan + "Selector") ?? [])
            if (selector.Attributes().FirstOrDefault(a => a.Name.LocalName == "Name") is { } name) selectors[name.Value] = selector.Value.Trim();
        return selectors;
    }

    private static string Text(XElement? header, XName name) => header?.Element(name)?.Value.Trim() ?? "";

    private static XElement? Load(byte[] bytes)
    {
        try
        {
            // First without building anything: a document of nothing but opening tags must not become a tree.
            using (var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), Settings))
                while (reader.Read())
                    if (reader.Depth > DeepestElement) return null;

            using var builder = XmlReader.Create(new MemoryStream(bytes, writable: false), Settings);
            return XElement.Load(builder);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
