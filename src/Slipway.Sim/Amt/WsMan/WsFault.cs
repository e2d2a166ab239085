using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Subcodes of faults (DSP0226 §14) as far as the firmware uses them.</summary>
internal enum WsFaultCode
{
    /// <summary>No such class in this firmware.</summary>
    DestinationUnreachable,
    ActionNotSupported,
    InvalidSelectors,
    InvalidRepresentation,
    InvalidParameter,
    InvalidEnumerationContext,
    AccessDenied,

    /// <summary>Busy: another request is being served.</summary>
    QuotaLimit,
    InternalError,
}

/// <summary>Why a request was refused.</summary>
/// <param name="Code">Subcode.</param>
/// <param name="Reason">For people.</param>
internal sealed record WsFault(WsFaultCode Code, string Reason)
{
    /// <summary>Each subcode lives in the namespace of the standard that made it.</summary>
    public XNamespace Space => Code switch
    {
        WsFaultCode.DestinationUnreachable or WsFaultCode.ActionNotSupported => SoapNames.Addressing,
        WsFaultCode.InvalidRepresentation => SoapNames.Transfer,
        WsFaultCode.InvalidEnumerationContext => SoapNames.Enumeration,
        _ => SoapNames.WsMan,
    };

    /// <summary>The firmware's own troubles are 500, the console's are 400.</summary>
    public bool IsOurs => Code is WsFaultCode.QuotaLimit or WsFaultCode.InternalError;
}

/// <summary>What came of an operation: an element for the body, an empty body, or a fault.</summary>
internal sealed record WsAnswer
{
    public XElement? Body { get; private init; }

    public WsFault? Fault { get; private init; }

    public static WsAnswer Empty { get; } = new();

    public static WsAnswer Of(XElement body) => new() { Body = body };

    public static WsAnswer Failed(WsFaultCode code, string reason) => new() { Fault = new WsFault(code, reason) };
}
