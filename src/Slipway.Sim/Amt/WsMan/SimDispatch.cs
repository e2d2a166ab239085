using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>The operations of WS-Management on the table of resources. Called under the state's lock.</summary>
internal sealed class SimDispatch
{
    /// <summary>Enumerations begun and not pulled to their end; the oldest is forgotten, as a small firmware must.</summary>
    private const int ContextsKept = 8;

    private readonly Dictionary<string, SimResource> _resources;
    private readonly Func<string, SimRealm, bool> _may;
    private readonly string _version;
    private readonly List<(string Context, Queue<XElement> Items)> _contexts = [];
    private int _contextCounter;

    /// <param name="resources">Every class there is.</param>
    /// <param name="may">Whether a user has a realm.</param>
    /// <param name="version">Of the firmware, for Identify.</param>
    public SimDispatch(IEnumerable<SimResource> resources, Func<string, SimRealm, bool> may, string version)
    {
        _resources = resources.ToDictionary(r => r.ClassName);
        _may = may;
        _version = version;
    }

    public WsAnswer Answer(SoapRequest request, WsCall call)
    {
        if (request.IsIdentify) return WsAnswer.Of(Identify());
        if (SoapNames.ClassName(request.ResourceUri) is not { } className || !_resources.TryGetValue(className, out SimResource? resource))
            return WsAnswer.Failed(WsFaultCode.DestinationUnreachable, "No route can be determined to reach the destination role defined by the WS-Addressing To.");
        if (!_may(call.User, resource.Realm)) return WsAnswer.Failed(WsFaultCode.AccessDenied, "The sender was not authorized to access the resource.");

        return request.Action switch
        {
            SoapNames.TransferUri + "/Get" => Selected(resource, request, call, WsAnswer.Of),
            SoapNames.TransferUri + "/Put" => Put(resource, request, call),
            SoapNames.TransferUri + "/Create" => resource.Create is null || request.Body is null ? NotSupported(request) : resource.Create(call, request.Body),
            SoapNames.TransferUri + "/Delete" => Delete(resource, request, call),
            SoapNames.EnumerationUri + "/Enumerate" => Enumerate(resource, call),
            SoapNames.EnumerationUri + "/Pull" => Pull(request),
            _ => Invoke(resource, request, call),
        };
    }

    private XElement Identify() => new(
        SoapNames.Identity + "IdentifyResponse",
        new XElement(SoapNames.Identity + "ProtocolVersion", SoapNames.WsMan.NamespaceName),
        new XElement(SoapNames.Identity + "ProductVendor", "Intel(r)"),
        new XElement(SoapNames.Identity + "ProductVersion", "AMT " + _version));

    private static WsAnswer NotSupported(SoapRequest request) =>
        WsAnswer.Failed(WsFaultCode.ActionNotSupported, $"The action {request.Action} is not supported by the service.");

    private static WsAnswer Selected(SimResource resource, SoapRequest request, WsCall call, Func<XElement, WsAnswer> then) =>
        resource.Select(call, request.Selectors, out XElement? instance) is { } fault ? WsAnswer.Failed(fault.Code, fault.Reason) : then(instance!);

    private static WsAnswer Put(SimResource resource, SoapRequest request, WsCall call) => resource.Put is not { } put
        ? NotSupported(request)
        : Selected(resource, request, call, instance => request.Body is { } body
            ? put(call, instance, body)
            : WsAnswer.Failed(WsFaultCode.InvalidRepresentation, "the body is empty"));

    private static WsAnswer Delete(SimResource resource, SoapRequest request, WsCall call) => resource.Delete is not { } delete
        ? NotSupported(request)
        : Selected(resource, request, call, instance =>
        {
            delete(call, instance);
            return WsAnswer.Empty;
        });

    private WsAnswer Enumerate(SimResource resource, WsCall call)
    {
        _contextCounter++;
        string context = string.Create(CultureInfo.InvariantCulture, $"{_contextCounter:X8}-0000-0000-0000-000000000000");
        _contexts.Add((context, new Queue<XElement>(resource.Instances(call))));
        if (_contexts.Count > ContextsKept) _contexts.RemoveAt(0);
        return WsAnswer.Of(new XElement(
            SoapNames.Enumeration + "EnumerateResponse",
            new XElement(SoapNames.Enumeration + "EnumerationContext", context)));
    }

    private WsAnswer Pull(SoapRequest request)
    {
        string? context = request.Body?.Element(SoapNames.Enumeration + "EnumerationContext")?.Value.Trim();
        int at = _contexts.FindIndex(c => c.Context == context);
        if (at < 0) return WsAnswer.Failed(WsFaultCode.InvalidEnumerationContext, "The supplied enumeration context is invalid.");

        // DSP0226 §8.4: without MaxElements it is one at a time.
        bool limited = int.TryParse(request.Body?.Element(SoapNames.Enumeration + "MaxElements")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int most);
        Queue<XElement> rest = _contexts[at].Items;
        var items = new XElement(SoapNames.Enumeration + "Items");
        for (int i = 0; i < (limited ? most : 1) && rest.TryDequeue(out XElement? item); i++) items.Add(item);

        var answer = new XElement(SoapNames.Enumeration + "PullResponse");
        if (rest.Count > 0)
        {
            answer.Add(new XElement(SoapNames.Enumeration + "EnumerationContext", context), items);
        }
        else
        {
            _contexts.RemoveAt(at);
            answer.Add(items, new XElement(SoapNames.Enumeration + "EndOfSequence"));
        }

        return WsAnswer.Of(answer);
    }

    private static WsAnswer Invoke(SimResource resource, SoapRequest request, WsCall call)
    {
        string prefix = resource.Space.NamespaceName + "/";
        if (!request.Action.StartsWith(prefix, StringComparison.Ordinal) || !resource.Methods.TryGetValue(request.Action[prefix.Length..], out SimMethod? method))
            return NotSupported(request);
        string name = request.Action[prefix.Length..];
        if (request.Body?.Name != resource.Space + (name + "_INPUT"))
            return WsAnswer.Failed(WsFaultCode.InvalidParameter, $"the body is no {name}_INPUT");
        if (WrongArgument(resource, method, request.Body) is { } wrong)
            return WsAnswer.Failed(WsFaultCode.InvalidParameter, $"argument {wrong} is unknown or out of order");

        return Selected(resource, request, call, _ =>
        {
            WsResult result = method.Run(call, new WsArguments(request.Body));
            if (result.Fault is { } fault) return WsAnswer.Failed(fault.Code, fault.Reason);
            return WsAnswer.Of(new XElement(
                resource.Space + (name + "_OUTPUT"),
                result.Outputs.SelectMany(o => SimInstance.Field(resource.Space + o.Name, o.Value)),
                new XElement(resource.Space + "ReturnValue", (uint)result.Value)));
        });
    }

    /// <summary>Arguments come in schema order; the firmware's parser knows no other.</summary>
    private static string? WrongArgument(SimResource resource, SimMethod method, XElement input)
    {
        int at = 0;
        foreach (XElement argument in input.Elements())
        {
            int found = argument.Name.Namespace == resource.Space ? Array.IndexOf(method.Arguments, argument.Name.LocalName) : -1;
            if (found < at) return argument.Name.LocalName;
            at = found;
        }

        return null;
    }
}
