using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Amt.WsMan;

/// <summary>Reads and changes the properties of a CIM instance by local name: the prefixes are machine-made and the namespace is the class's own.</summary>
internal static class WsManValues
{
    private static readonly XName Nil = XNamespace.Get("http://www.w3.org/2001/XMLSchema-instance") + "nil";

    /// <summary>The property's text; null when it is absent or nil. An empty element is an empty text.</summary>
    public static string? Text(this XElement e, string localName) => Find(e, localName).FirstOrDefault()?.Value;

    /// <summary>The property as a whole number; null when it is absent, nil or no number.</summary>
    public static long? Number(this XElement e, string localName) =>
        long.TryParse(e.Text(localName), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>The property as an xs:boolean; null when it is absent, nil or none.</summary>
    public static bool? Flag(this XElement e, string localName) => e.Text(localName)?.Trim() switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    /// <summary>An array property: CIM repeats the element. Empty when there is none.</summary>
    public static IReadOnlyList<string> Texts(this XElement e, string localName) => [.. Find(e, localName).Select(v => v.Value)];

    /// <summary>Sets a property to one value, in its place; what the instance lacks is appended in the instance's namespace.</summary>
    public static void Set(this XElement e, string localName, string value)
    {
        XElement[] there = [.. e.Elements().Where(c => c.Name.LocalName == localName)];
        if (there.Length == 0)
        {
            e.Add(new XElement(e.Name.Namespace + localName, value));
            return;
        }

        there[0].Value = value;
        there[0].SetAttributeValue(Nil, null);
        foreach (XElement more in there.Skip(1)) more.Remove();
    }

    private static IEnumerable<XElement> Find(XElement e, string localName) =>
        e.Elements().Where(c => c.Name.LocalName == localName && (string?)c.Attribute(Nil) is not ("true" or "1"));
}
