using System.Xml.Linq;
using static Slipway.Amt.WsMan.WsManNames;

namespace Slipway.Amt.WsMan;

/// <summary>What a SOAP fault means (DSP0226 §14, as far as firmware sends it).</summary>
internal static class WsManFault
{
    private const int MaxReasonCharacters = 300;

    public static AmtException Read(string where, XElement fault)
    {
        string? subcode = LocalName(fault.Element(Soap + "Code")?.Element(Soap + "Subcode")?.Element(Soap + "Value")?.Value);
        string reason = Reason(fault);
        AmtProblem problem = subcode switch
        {
            "DestinationUnreachable" or "ActionNotSupported" => AmtProblem.FeatureAbsent,
            "AccessDenied" => AmtProblem.AccessDenied,
            "TimedOut" or "InternalError" or "QuotaLimit" => AmtProblem.Busy,
            _ => AmtProblem.Fault,
        };
        string meaning = problem switch
        {
            AmtProblem.FeatureAbsent => "this firmware does not have what was asked for",
            AmtProblem.AccessDenied => "the account lacks the realm for this, or somebody in front of the machine must consent",
            AmtProblem.Busy => "the firmware is busy",
            _ => "the firmware refused the request",
        };
        return new AmtException(problem, $"{where}: {meaning} (fault {subcode ?? "without a subcode"}: {reason})") { FaultSubcode = subcode };
    }

    // A QName such as e:DestinationUnreachable; its prefix is machine-made.
    private static string? LocalName(string? qualified)
    {
        string name = qualified?.Trim() ?? "";
        name = name[(name.IndexOf(':') + 1)..];
        return name.Length == 0 ? null : Printable(name);
    }

    private static string Reason(XElement fault)
    {
        string text = fault.Element(Soap + "Reason")?.Elements(Soap + "Text").FirstOrDefault()?.Value.Trim() ?? "";
        return text.Length == 0 ? "no reason given" : Printable(text);
    }

    // It goes to a terminal, and a stranger wrote it.
    private static string Printable(string text) =>
        string.Concat(text.Take(MaxReasonCharacters).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
}
