using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Logs;

/// <summary>The firmware's event log (AMT_MessageLog) and audit log (AMT_AuditLog).</summary>
public sealed class AmtLogs(IWsMan wsman)
{
    private const string EventClass = "AMT_MessageLog";
    private const string AuditClass = "AMT_AuditLog";

    /// <summary>All the event log can hold.</summary>
    private const int MaxEvents = 390;

    /// <summary>More than any audit log holds; it ends a firmware that never says so.</summary>
    private const int MaxAuditRecords = 100_000;

    /// <summary>In the order of the firmware.</summary>
    public async Task<IReadOnlyList<AmtEventRecord>> ReadEventsAsync(CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(EventClass);
        XElement position = await wsman.InvokeAsync(EventClass, "PositionToFirstRecord", [], ct);
        string iteration = position.Text("IterationIdentifier") ?? "1";
        var records = new List<AmtEventRecord>();
        while (records.Count <= MaxEvents)
        {
            XElement output = await wsman.InvokeAsync(
                EventClass, "GetRecords", [new XElement(space + "IterationIdentifier", iteration), new XElement(space + "MaxReadRecords", MaxEvents)], ct);
            IReadOnlyList<string> texts = output.Texts("RecordArray");
            foreach (string text in texts)
                if (Bytes(text) is { } bytes && AmtEventRecord.TryRead(bytes) is { } record) records.Add(record);
            string next = output.Text("IterationIdentifier") ?? iteration;
            if (texts.Count == 0 || output.Flag("NoMoreRecords") != false || next == iteration) break;
            iteration = next;
        }
        return records;
    }

    public async Task ClearEventsAsync(CancellationToken ct)
    {
        XElement output = await wsman.InvokeAsync(EventClass, "ClearLog", [], ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result != AmtReturnValue.Success) throw AmtReturnValue.Refusal(wsman.Host, "to empty its event log", result);
    }

    public async Task<IReadOnlyList<AmtAuditRecord>> ReadAuditAsync(CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(AuditClass);
        var records = new List<AmtAuditRecord>();
        for (long start = 1; start < MaxAuditRecords;)
        {
            XElement output = await wsman.InvokeAsync(AuditClass, "ReadRecords", [new XElement(space + "StartIndex", start)], ct);
            IReadOnlyList<string> texts = output.Texts("EventRecords");
            foreach (string text in texts)
                if (Bytes(text) is { } bytes && AmtAuditRecord.TryRead(bytes) is { } record) records.Add(record);
            long returned = output.Number("RecordsReturned") ?? texts.Count;
            start += returned;
            if (returned <= 0 || start > (output.Number("TotalRecordCount") ?? 0)) break;
        }
        return records;
    }

    private static byte[]? Bytes(string base64)
    {
        byte[] buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out int written) ? buffer[..written] : null;
    }
}
