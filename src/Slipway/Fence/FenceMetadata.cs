using System.Xml;

namespace Slipway.Fence;

/// <summary>The agent's description of itself, in the XML that cluster managers read (fence-agents' metadata.rng).</summary>
internal static class FenceMetadata
{
    public const string AgentName = "fence_slipway";

    private static readonly (string Name, bool Automatic)[] Actions =
    [
        ("on", false), ("off", false), ("reboot", false), ("status", false), ("list", false), ("list-status", false), ("monitor", false), ("metadata", false), ("validate-all", false),
    ];

    public static void Write(TextWriter output)
    {
        using var xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true });
        xml.WriteStartElement("resource-agent");
        xml.WriteAttributeString("name", AgentName);
        xml.WriteAttributeString("shortdesc", "Fence agent for Intel AMT and machines of a Slipway lab");
        xml.WriteElementString("longdesc",
            "fence_slipway switches a machine off and on and sees to it that it is: through Intel AMT when an address is given (ip), and through whatever the lab file says otherwise. "
            + "An open serial-over-LAN, KVM or IDE redirection session does not keep it from switching off.");
        xml.WriteElementString("vendor-url", "https://www.intel.com/");
        xml.WriteStartElement("parameters");
        foreach (FenceParameter parameter in FenceParameter.All)
        {
            WriteParameter(xml, parameter, parameter.Name, isOld: false);
            if (parameter.OldName is { } old) WriteParameter(xml, parameter, old, isOld: true);
        }
        xml.WriteEndElement();
        xml.WriteStartElement("actions");
        foreach ((string name, bool automatic) in Actions)
        {
            xml.WriteStartElement("action");
            xml.WriteAttributeString("name", name);
            // Unfencing: nodes are not switched on by the cluster unless it is told to.
            if (name == "on") xml.WriteAttributeString("automatic", automatic ? "1" : "0");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.Flush();
        output.WriteLine();
    }

    private static void WriteParameter(XmlWriter xml, FenceParameter parameter, string name, bool isOld)
    {
        xml.WriteStartElement("parameter");
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("unique", "0");
        xml.WriteAttributeString("required", parameter.Name == FenceParameter.Action ? "1" : "0");
        if (isOld) xml.WriteAttributeString("deprecated", "1");
        else if (parameter.OldName is { } old) xml.WriteAttributeString("obsoletes", old);
        xml.WriteStartElement("getopt");
        xml.WriteAttributeString("mixed", Options(parameter));
        xml.WriteEndElement();
        xml.WriteStartElement("content");
        xml.WriteAttributeString("type", parameter.Type);
        if (parameter.Default is { } value) xml.WriteAttributeString("default", value);
        xml.WriteEndElement();
        xml.WriteStartElement("shortdesc");
        xml.WriteAttributeString("lang", "en");
        xml.WriteString(parameter.About);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    // What is only read from standard input has no option.
    private static string Options(FenceParameter parameter) => (parameter.Short, parameter.Long) switch
    {
        (_, null) => "",
        (null, { } word) => $"--{word}{Value(parameter)}",
        ({ } letter, { } word) => $"-{letter}, --{word}{Value(parameter)}",
    };

    private static string Value(FenceParameter parameter) => parameter.Type == "boolean" ? "" : $"=[{parameter.Name}]";
}
