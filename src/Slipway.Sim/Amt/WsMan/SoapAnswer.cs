using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Writes answers the way the firmware does: prefixes made by machine, one letter each, <c>g</c> being the first for what the answer is about.</summary>
/// <remarks>Old scripts match on <c>g:…_OUTPUT</c> and <c>g:ReturnValue</c> as text.</remarks>
internal sealed class SoapAnswer
{
    private const string FaultAction = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    private const string OtherFaultPrefix = "f";
    private const char FirstClassPrefix = 'g';

    private long _counter;

    /// <summary>The bytes of an answer.</summary>
    /// <param name="request">What was asked, or null when that could not be read.</param>
    /// <param name="answer">What came of it.</param>
    public byte[] Write(SoapRequest? request, WsAnswer answer)
    {
        XElement body = new(SoapNames.Soap + "Body", answer.Fault is { } fault ? FaultElement(fault) : answer.Body);
        XElement envelope = new(SoapNames.Soap + "Envelope", Prefixes(body, answer.Fault), Header(request, answer.Fault is not null), body);
        return Encoding.UTF8.GetBytes(Declaration + envelope.ToString(SaveOptions.DisableFormatting));
    }

    private XElement Header(SoapRequest? request, bool isFault)
    {
        XElement header = new(SoapNames.Soap + "Header");
        // Identify stands outside of addressing, its answer's header is empty.
        if (request is { IsIdentify: true }) return header;

        _counter++;
        header.Add(
            new XElement(SoapNames.Addressing + "To", SoapNames.Anonymous),
            new XElement(SoapNames.Addressing + "RelatesTo", request?.MessageId ?? "0"),
            new XElement(
                SoapNames.Addressing + "Action",
                new XAttribute(SoapNames.Soap + "mustUnderstand", "true"),
                isFault ? FaultAction : request?.Action + "Response"),
            new XElement(SoapNames.Addressing + "MessageID", string.Create(CultureInfo.InvariantCulture, $"uuid:00000000-8086-8086-8086-{_counter:X12}")));
        if (!isFault) header.Add(new XElement(SoapNames.WsMan + "ResourceURI", request?.ResourceUri));
        return header;
    }

    /// <summary>SOAP 1.2 part 1 §5.4. The subcode is a qualified name in text.</summary>
    private static XElement FaultElement(WsFault fault) => new(
        SoapNames.Soap + "Fault",
        new XElement(
            SoapNames.Soap + "Code",
            new XElement(SoapNames.Soap + "Value", fault.IsOurs ? "a:Receiver" : "a:Sender"),
            new XElement(SoapNames.Soap + "Subcode", new XElement(SoapNames.Soap + "Value", FaultPrefix(fault) + ":" + fault.Code))),
        new XElement(SoapNames.Soap + "Reason", new XElement(SoapNames.Soap + "Text", new XAttribute(XNamespace.Xml + "lang", "en-US"), fault.Reason)),
        new XElement(SoapNames.Soap + "Detail"));

    private static string FaultPrefix(WsFault fault) =>
        fault.Space == SoapNames.Addressing ? "b" : fault.Space == SoapNames.WsMan ? "c" : OtherFaultPrefix;

    private static IEnumerable<XAttribute> Prefixes(XElement body, WsFault? fault)
    {
        yield return new XAttribute(XNamespace.Xmlns + "a", SoapNames.Soap.NamespaceName);
        yield return new XAttribute(XNamespace.Xmlns + "b", SoapNames.Addressing.NamespaceName);
        yield return new XAttribute(XNamespace.Xmlns + "c", SoapNames.WsMan.NamespaceName);
        if (fault is not null && FaultPrefix(fault) == OtherFaultPrefix) yield return new XAttribute(XNamespace.Xmlns + OtherFaultPrefix, fault.Space.NamespaceName);

        char prefix = FirstClassPrefix;
        var known = new HashSet<XNamespace> { SoapNames.Soap, SoapNames.Addressing, SoapNames.WsMan };
        foreach (XElement element in body.Descendants())
        {
            if (!known.Add(element.Name.Namespace)) continue;
            yield return new XAttribute(XNamespace.Xmlns + prefix.ToString(), element.Name.NamespaceName);
            prefix++;
        }
    }
}
