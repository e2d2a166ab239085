using System.Xml.Linq;

namespace Slipway.Amt.WsMan;

/// <summary>WS-Management operations on one firmware (DSP0226 §7–§9 as far as AMT has them). Fulfilled by <see cref="WsManClient"/>, and by fakes that know the answers.</summary>
/// <remarks>Class names are bare (<c>CIM_BootService</c>); their prefix selects the schema. Requests are sent one at a time; any thread may ask.
/// Every trouble is an <see cref="AmtException"/>. Elements come and go in the class's own namespace (<see cref="WsManNames.Resource"/>).</remarks>
public interface IWsMan
{
    /// <summary>The host, for messages.</summary>
    string Host { get; }

    /// <summary>The single instance, or the one the selectors name.</summary>
    Task<XElement> GetAsync(string className, CancellationToken ct, params (string Name, string Value)[] selectors);

    /// <summary>Replaces an instance; the element is the whole instance as it came from <see cref="GetAsync"/>, changed.</summary>
    Task<XElement?> PutAsync(string className, XElement instance, CancellationToken ct, params (string Name, string Value)[] selectors);

    /// <summary>All instances, pulled to the end.</summary>
    Task<IReadOnlyList<XElement>> EnumerateAsync(string className, CancellationToken ct);

    /// <summary>Calls a method. Arguments are children for <c>METHOD_INPUT</c>, in schema order.</summary>
    /// <returns>The <c>METHOD_OUTPUT</c> element; its ReturnValue has not been judged.</returns>
    Task<XElement> InvokeAsync(string className, string method, IEnumerable<XElement> arguments, CancellationToken ct, params (string Name, string Value)[] selectors);

    /// <summary>Makes an instance and gives the selectors of what was made.</summary>
    Task<IReadOnlyDictionary<string, string>> CreateAsync(string className, XElement instance, CancellationToken ct);

    Task DeleteAsync(string className, CancellationToken ct, params (string Name, string Value)[] selectors);

    /// <summary>DSP0226 §11: ProtocolVersion, ProductVendor, ProductVersion.</summary>
    Task<XElement> IdentifyAsync(CancellationToken ct);
}
