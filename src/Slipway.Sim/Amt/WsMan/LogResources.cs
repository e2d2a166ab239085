using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>The event log and the audit log.</summary>
internal sealed class LogResources(EventLog events, AuditLog audit)
{
    private const int MostAuditRecords = 10;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_MessageLog", _ => [MessageLog()])
        {
            Realm = SimRealm.EventLogReader,
            Methods = new Dictionary<string, SimMethod>
            {
                ["PositionToFirstRecord"] = new([], (_, _) => new WsResult(WsReturn.Success, ("IterationIdentifier", 1))),
                ["GetRecords"] = new(["IterationIdentifier", "MaxReadRecords"], GetRecords),
                ["ClearLog"] = new([], (_, _) =>
                {
                    events.Clear();
                    return WsResult.Of(WsReturn.Success);
                }),
            },
        };
        yield return new SimResource("AMT_AuditLog", _ => [AuditLogInstance()])
        {
            Realm = SimRealm.AuditLog,
            Methods = new Dictionary<string, SimMethod> { ["ReadRecords"] = new(["StartIndex"], ReadAudit) },
        };
    }

    private XElement MessageLog() => SimInstance.Make(
        "AMT_MessageLog",
        ("Capabilities", new[] { 4, 5, 6, 7, 8 }),
        ("CharacterSet", 10),
        ("CreationClassName", "AMT_MessageLog"),
        ("CurrentNumberOfRecords", events.Records.Count),
        ("ElementName", "Intel(r) AMT:MessageLog 1"),
        ("EnabledState", 2),
        ("IsFrozen", false),
        ("MaxNumberOfRecords", EventLog.MostRecords),
        ("MaxRecordSize", 21),
        ("Name", "Intel(r) AMT:MessageLog 1"),
        ("PercentageNearFull", 100),
        ("SizeOfHeader", 0),
        ("SizeOfRecordHeader", 0));

    /// <summary>The identifier is the number, from 1, of the next record.</summary>
    private WsResult GetRecords(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("IterationIdentifier") is not { } first || arguments.Number("MaxReadRecords") is not { } most || most == 0) return WsResult.Of(WsReturn.InvalidParameter);
        // An empty log has a first position, too.
        if (first == 0 || first > Math.Max(1, events.Records.Count)) return WsResult.Of(WsReturn.InvalidParameter);
        byte[][] found = [.. events.Records.Skip((int)first - 1).Take((int)Math.Min(most, EventLog.MostRecords))];
        return new WsResult(
            WsReturn.Success,
            ("IterationIdentifier", first + found.Length),
            ("NoMoreRecords", first - 1 + found.Length == events.Records.Count),
            ("RecordArray", found.Select(Convert.ToBase64String)));
    }

    private XElement AuditLogInstance() => SimInstance.Make(
        "AMT_AuditLog",
        ("AuditState", 25),
        ("CreationClassName", "AMT_AuditLog"),
        ("CurrentNumberOfRecords", audit.Records.Count),
        ("ElementName", "Intel(r) AMT:Audit Log"),
        ("EnabledState", 2),
        ("Name", "Intel(r) AMT:Audit Log"),
        ("OverwritePolicy", 2),
        ("PercentageFree", 100),
        ("RequestedState", 2),
        ("StoragePolicy", 0));

    private WsResult ReadAudit(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("StartIndex") is not { } start || start == 0 || start > Math.Max(1, audit.Records.Count)) return WsResult.Of(WsReturn.InvalidIndex);
        byte[][] found = [.. audit.Records.Skip((int)start - 1).Take(MostAuditRecords)];
        return new WsResult(
            WsReturn.Success,
            ("TotalRecordCount", audit.Records.Count),
            ("RecordsReturned", found.Length),
            ("EventRecords", found.Select(Convert.ToBase64String)));
    }
}
