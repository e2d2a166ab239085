using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>What an account may be allowed to (AMT_AuthorizationService realms).</summary>
internal enum SimRealm
{
    Redirection = 2,
    Administration = 3,
    HardwareAsset = 4,
    RemoteControl = 5,
    NetworkTime = 12,
    GeneralInfo = 13,
    EventLogReader = 19,
    AuditLog = 20,
    AccessControl = 21,
}

/// <summary>Who asks, and how the PC was when they did.</summary>
/// <param name="User">Logged in as.</param>
/// <param name="HostIsOn">Taken before the state was locked: the PC is asked by nobody who holds the lock.</param>
internal sealed record WsCall(string User, bool HostIsOn);

/// <summary>A method's arguments.</summary>
internal sealed class WsArguments(XElement input)
{
    public IEnumerable<XElement> All(string name) => input.Elements(input.Name.Namespace + name);

    public XElement? Element(string name) => All(name).FirstOrDefault();

    public string? Text(string name) => Element(name)?.Value.Trim();

    /// <summary>The argument as an unsigned number; null when it is missing or none.</summary>
    public uint? Number(string name) => uint.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    /// <summary>The class an endpoint reference names, and its selectors; null when the argument is no reference to a class.</summary>
    public static (string ClassName, IReadOnlyDictionary<string, string> Selectors)? Reference(XElement? argument)
    {
        XElement? parameters = argument?.Element(SoapNames.Addressing + "ReferenceParameters");
        string? uri = parameters?.Element(SoapNames.WsMan + "ResourceURI")?.Value.Trim();
        return uri is not null && SoapNames.ClassName(uri) is { } className
            ? (className, SoapRequest.ReadSelectors(parameters!.Element(SoapNames.WsMan + "SelectorSet")))
            : null;
    }
}

/// <summary>What a method gave: outputs before the return value, or a fault.</summary>
internal sealed record WsResult(WsReturn Value, params (string Name, object? Value)[] Outputs)
{
    public WsFault? Fault { get; init; }

    public static WsResult Of(WsReturn value) => new(value);
}

/// <summary>A method: the arguments it has, in schema order, and what it does.</summary>
internal sealed record SimMethod(string[] Arguments, Func<WsCall, WsArguments, WsResult> Run);

/// <summary>A class of this firmware: its instances and what can be done to them. All members run under the state's lock.</summary>
internal sealed class SimResource(string className, Func<WsCall, IEnumerable<XElement>> instances)
{
    public string ClassName => className;

    public XNamespace Space { get; } = SoapNames.Resource(className);

    /// <summary>What an account needs for it; administrators need nothing.</summary>
    public SimRealm Realm { get; init; } = SimRealm.GeneralInfo;

    /// <summary>Replaces an instance (second argument) by another (third).</summary>
    public Func<WsCall, XElement, XElement, WsAnswer>? Put { get; init; }

    /// <summary>Deletes an instance.</summary>
    public Action<WsCall, XElement>? Delete { get; init; }

    /// <summary>Makes an instance; the body of the answer is what a reference to it is.</summary>
    public Func<WsCall, XElement, WsAnswer>? Create { get; init; }

    public IReadOnlyDictionary<string, SimMethod> Methods { get; init; } = new Dictionary<string, SimMethod>();

    public IEnumerable<XElement> Instances(WsCall call) => instances(call);

    /// <summary>The one instance the selectors fit.</summary>
    public WsFault? Select(WsCall call, IReadOnlyDictionary<string, string> selectors, out XElement? instance)
    {
        instance = null;
        XElement[] fitting = [.. Instances(call).Where(i => selectors.All(s => i.Element(i.Name.Namespace + s.Key)?.Value == s.Value))];
        if (fitting.Length != 1)
            return new WsFault(WsFaultCode.InvalidSelectors, fitting.Length == 0 ? "no instance fits the selectors" : "more than one instance: selectors are needed");
        instance = fitting[0];
        return null;
    }
}
