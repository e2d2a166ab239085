using System.Text;
using System.Xml;
using System.Xml.Linq;
using static Slipway.Amt.WsMan.WsManNames;

namespace Slipway.Amt.WsMan;

/// <summary>A request as it is sent (DSP0226 §5, §6).</summary>
/// <param name="Action">What is asked; null only for Identify, whose header is empty.</param>
/// <param name="ResourceUri">The class; null only for Identify.</param>
internal sealed record WsManEnvelope(string? Action, string? ResourceUri)
{
    private const string ToPath = "/wsman";

    /// <summary>The firmware takes less than 30 s as 30 s.</summary>
    private const string OperationTimeout = "PT60S";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    public IReadOnlyList<(string Name, string Value)> Selectors { get; init; } = [];

    /// <summary>What stands in the body, if anything.</summary>
    public XElement? Content { get; init; }

    /// <summary>The request in UTF-8.</summary>
    /// <exception cref="ArgumentException">A value holds characters that XML cannot carry.</exception>
    public byte[] Write(string messageId)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            xml.WriteStartElement("s", "Envelope", Soap.NamespaceName);
            xml.WriteAttributeString("xmlns", "a", null, Addressing.NamespaceName);
            xml.WriteAttributeString("xmlns", "w", null, WsManNames.WsMan.NamespaceName);
            xml.WriteStartElement("Header", Soap.NamespaceName);
            if (Action is not null && ResourceUri is not null) WriteHeader(xml, Action, ResourceUri, messageId);
            xml.WriteEndElement();
            xml.WriteStartElement("Body", Soap.NamespaceName);
            Content?.WriteTo(xml);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private void WriteHeader(XmlWriter xml, string action, string resourceUri, string messageId)
    {
        xml.WriteElementString("Action", Addressing.NamespaceName, action);
        xml.WriteElementString("To", Addressing.NamespaceName, ToPath);
        xml.WriteElementString("ResourceURI", WsManNames.WsMan.NamespaceName, resourceUri);
        xml.WriteElementString("MessageID", Addressing.NamespaceName, messageId);
        xml.WriteStartElement("ReplyTo", Addressing.NamespaceName);
        xml.WriteElementString("Address", Addressing.NamespaceName, AnonymousAddress);
        xml.WriteEndElement();
        xml.WriteElementString("OperationTimeout", WsManNames.WsMan.NamespaceName, OperationTimeout);
        if (Selectors.Count == 0) return;
        xml.WriteStartElement("SelectorSet", WsManNames.WsMan.NamespaceName);
        foreach ((string name, string value) in Selectors)
        {
            xml.WriteStartElement("Selector", WsManNames.WsMan.NamespaceName);
            xml.WriteAttributeString("Name", name);
            xml.WriteString(value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }
}
