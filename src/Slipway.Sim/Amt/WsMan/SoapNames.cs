using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Namespaces and fixed texts of WS-Management as the firmware writes it.</summary>
internal static class SoapNames
{
    public static readonly XNamespace Soap = "http://www.w3.org/2003/05/soap-envelope";
    public static readonly XNamespace Addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    public static readonly XNamespace WsMan = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
    public static readonly XNamespace Transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
    public static readonly XNamespace Enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
    public static readonly XNamespace Identity = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";
    public static readonly XNamespace CimCommon = "http://schemas.dmtf.org/wbem/wscim/1/common";

    public const string Anonymous = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
    public const string TransferUri = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
    public const string EnumerationUri = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";

    private const string CimBase = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
    private const string AmtBase = "http://intel.com/wbem/wscim/1/amt-schema/1/";
    private const string IpsBase = "http://intel.com/wbem/wscim/1/ips-schema/1/";

    /// <summary>The namespace of one of our own classes; its prefix is known to be one of the three.</summary>
    public static XNamespace Resource(string className) => className[0] switch
    {
        'C' => CimBase + className,
        'A' => AmtBase + className,
        _ => IpsBase + className,
    };

    /// <summary>The class a resource URI names, or null when it is of no schema of ours.</summary>
    public static string? ClassName(string resourceUri)
    {
        foreach (string schema in new[] { CimBase, AmtBase, IpsBase })
            if (resourceUri.StartsWith(schema, StringComparison.Ordinal)) return resourceUri[schema.Length..];
        return null;
    }
}
