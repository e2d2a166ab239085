using System.Text;
using System.Xml.Linq;
using static Slipway.Amt.WsMan.WsManNames;

namespace Slipway.Amt.WsMan;

/// <summary>Judges an answer of the web port: the SOAP body that was asked for, or the trouble it is.</summary>
internal static class WsManAnswer
{
    private const int Ok = 200;
    private const int Forbidden = 403;
    private const int NotFound = 404;
    private const int Unavailable = 503;
    private const int LookBytes = 64;

    /// <summary>The envelope's body.</summary>
    /// <param name="where">The firmware, for messages.</param>
    /// <param name="answer">What came, and no 401.</param>
    /// <param name="messageId">What it must relate to; null for Identify, which has no number.</param>
    /// <exception cref="AmtException">NotAmt, BadAnswer, Busy, or what the fault says.</exception>
    public static XElement Body(string where, HttpAnswer answer, string? messageId)
    {
        if (answer.Status == Unavailable) throw new AmtException(AmtProblem.Busy, $"{where}: the firmware is busy (HTTP {Unavailable})");
        if (answer.Status == NotFound) throw NotAmt(where, "there is no /wsman (HTTP 404)");
        string start = Start(answer);
        if (answer.Status == Forbidden && !start.Contains("Envelope", StringComparison.Ordinal))
            throw new AmtException(AmtProblem.AccessDenied, $"{where}: the firmware forbids this account the access from the network (HTTP {Forbidden})");
        if (IsPage(answer, start)) throw NotAmt(where, $"a web page came back (HTTP {answer.Status})");
        if (!start.StartsWith('<') && !IsXml(answer)) throw NotAmt(where, $"HTTP {answer.Status} came back without SOAP");

        if (WsManXml.Read(answer.Body, out string? defect) is not { } envelope) throw Bad(where, $"the XML is {defect}");
        if (envelope.Name.LocalName != "Envelope") throw NotAmt(where, "the XML that came back is no SOAP envelope");
        if (envelope.Name.Namespace != Soap) throw Bad(where, "the envelope is not of SOAP 1.2");
        if (envelope.Elements(Soap + "Body").Take(2).ToArray() is not [var body]) throw Bad(where, "the envelope has no body, or two");

        XElement? fault = body.Element(Soap + "Fault");
        string? relatesTo = envelope.Element(Soap + "Header")?.Element(Addressing + "RelatesTo")?.Value.Trim();
        // A fault may come from a layer that never learned the number.
        if (messageId is not null && relatesTo != messageId && (fault is null || relatesTo is not null))
            throw Bad(where, "it answers another request than the one that was sent (RelatesTo)");
        if (fault is not null) throw WsManFault.Read(where, fault);
        if (answer.Status != Ok) throw Bad(where, $"HTTP {answer.Status} came without a fault");
        return body;
    }

    public static AmtException Bad(string where, string what) =>
        new(AmtProblem.BadAnswer, $"{where}: the firmware's answer cannot be used: {what}");

    private static AmtException NotAmt(string where, string what) =>
        new(AmtProblem.NotAmt, $"{where}: what answers is not the management interface of AMT: {what}; check the address and the port");

    private static string Start(HttpAnswer answer)
    {
        ReadOnlySpan<byte> bytes = answer.Body.Span;
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        bytes = bytes.TrimStart(" \t\r\n"u8);
        return Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, LookBytes)]);
    }

    private static bool IsXml(HttpAnswer answer) => answer.Header("Content-Type")?.Contains("xml", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsPage(HttpAnswer answer, string start) =>
        answer.Header("Content-Type")?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
        || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        || start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase);
}
