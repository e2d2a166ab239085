using System.Xml.Linq;

namespace Slipway.Amt.WsMan;

/// <summary>The namespaces of WS-Management as AMT speaks it.</summary>
public static class WsManNames
{
    public static readonly XNamespace Soap = "http://www.w3.org/2003/05/soap-envelope";
    public static readonly XNamespace Addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    public static readonly XNamespace WsMan = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
    public static readonly XNamespace Transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
    public static readonly XNamespace Enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
    public static readonly XNamespace Identity = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";
    public static readonly XNamespace CimCommon = "http://schemas.dmtf.org/wbem/wscim/1/common";

    /// <summary>DSP0226's name for "the caller itself".</summary>
    public const string AnonymousAddress = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

    /// <summary>The resource URI, and XML namespace, of a class by its prefix (CIM_, AMT_, IPS_).</summary>
    /// <exception cref="ArgumentException">Another prefix.</exception>
    public static XNamespace Resource(string className) => className[..Math.Max(0, className.IndexOf('_'))] switch
    {
        "CIM" => "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/" + className,
        "AMT" => "http://intel.com/wbem/wscim/1/amt-schema/1/" + className,
        "IPS" => "http://intel.com/wbem/wscim/1/ips-schema/1/" + className,
        _ => throw new ArgumentException($"'{className}' is no class of AMT", nameof(className)),
    };

    /// <summary>An endpoint reference (WS-Addressing §2.1) to an instance, as an argument named <paramref name="name"/>.</summary>
    public static XElement Reference(XName name, string className, params (string Name, string Value)[] selectors) => new(
        name,
        new XElement(Addressing + "Address", AnonymousAddress),
        new XElement(
            Addressing + "ReferenceParameters",
            new XElement(WsMan + "ResourceURI", Resource(className).NamespaceName),
            new XElement(WsMan + "SelectorSet", selectors.Select(s => new XElement(WsMan + "Selector", new XAttribute("Name", s.Name), s.Value)))));
}
