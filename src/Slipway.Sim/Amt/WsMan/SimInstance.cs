using System.Collections;
using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>A reference to an instance (WS-Addressing §2.1), as a field or an argument.</summary>
internal sealed record SimReference(string ClassName, params (string Name, string Value)[] Selectors);

/// <summary>Makes and changes instances: elements in their class's own namespace, arrays being repeated elements.</summary>
internal static class SimInstance
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>An instance. Values: text, numbers, truth, moments, references, and lists of these; null leaves the field out.</summary>
    public static XElement Make(string className, params (string Name, object? Value)[] fields)
    {
        XNamespace space = SoapNames.Resource(className);
        return new XElement(space + className, fields.SelectMany(f => Field(space + f.Name, f.Value)));
    }

    /// <summary>A field, or as many as a list has items.</summary>
    public static IEnumerable<XElement> Field(XName name, object? value) => value switch
    {
        null => [],
        string text => [new XElement(name, text)],
        bool truth => [new XElement(name, truth ? "true" : "false")],
        DateTimeOffset moment => [new XElement(name, new XElement(SoapNames.CimCommon + "Datetime", moment.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture)))],
        SimReference reference => [Reference(name, reference)],
        Enum number => [new XElement(name, number.ToString("D"))],
        IEnumerable list => list.Cast<object?>().SelectMany(item => Field(name, item)),
        _ => [new XElement(name, Convert.ToString(value, CultureInfo.InvariantCulture))],
    };

    public static string? Text(XElement instance, string field) => instance.Element(instance.Name.Namespace + field)?.Value.Trim();

    /// <summary>The value as a truth: <c>true</c> or <c>1</c>.</summary>
    public static bool IsTrue(XElement instance, string field) => Text(instance, field) is "true" or "1";

    /// <summary>Judges a Put: of the right class, only fields the instance has (or <paramref name="writeOnly"/> ones), each once, of the right kind, read-only ones unchanged.</summary>
    public static WsFault? CheckPut(XElement current, XElement wanted, IReadOnlyCollection<string> readOnly, IReadOnlyCollection<string> writeOnly)
    {
        XNamespace space = current.Name.Namespace;
        if (wanted.Name != current.Name) return Bad($"the body holds a {wanted.Name.LocalName}");
        foreach (IGrouping<XName, XElement> field in wanted.Elements().GroupBy(e => e.Name))
        {
            string name = field.Key.LocalName;
            string[] had = [.. current.Elements(field.Key).Select(e => e.Value.Trim())];
            string[] has = [.. field.Select(e => e.Value.Trim())];
            if (field.Key.Namespace != space || (had.Length == 0 && !writeOnly.Contains(name))) return Bad($"{name} is no field of this release");
            if (has.Length > 1 && had.Length <= 1) return Bad($"{name} is given {has.Length} times");
            if (readOnly.Contains(name) && !had.SequenceEqual(has)) return Bad($"{name} is read-only");
            if (had.Length > 0 && had[0] is "true" or "false" && has[0] is not ("true" or "false")) return Bad($"{name} is not true or false");
            if (had.Length > 0 && uint.TryParse(had[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && !uint.TryParse(has[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return Bad($"{name} is no number");
        }

        return null;

        static WsFault Bad(string what) => new(WsFaultCode.InvalidRepresentation, what);
    }

    /// <summary>The current instance with the wanted fields in place of its own.</summary>
    public static XElement Merge(XElement current, XElement wanted)
    {
        var names = current.Elements().Select(e => e.Name).Distinct();
        return new XElement(current.Name, names.SelectMany(name => (wanted.Element(name) is null ? current : wanted).Elements(name).Select(Copy)));
    }

    private static XElement Copy(XElement field) => field.HasElements ? new XElement(field) : new XElement(field.Name, field.Value.Trim());

    private static XElement Reference(XName name, SimReference reference) => new(
        name,
        new XElement(SoapNames.Addressing + "Address", SoapNames.Anonymous),
        new XElement(
            SoapNames.Addressing + "ReferenceParameters",
            new XElement(SoapNames.WsMan + "ResourceURI", SoapNames.Resource(reference.ClassName).NamespaceName),
            new XElement(
                SoapNames.WsMan + "SelectorSet",
                reference.Selectors.Select(s => new XElement(SoapNames.WsMan + "Selector", new XAttribute("Name", s.Name), s.Value)))));
}
