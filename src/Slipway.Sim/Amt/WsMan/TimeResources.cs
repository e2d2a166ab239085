using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>The firmware's clock, and alarms: kept and listed; they do not wake the simulated PC.</summary>
internal sealed class TimeResources(SimClock clock, AuditLog audit)
{
    private const int MostAlarms = 5;

    private readonly List<XElement> _alarms = [];

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_TimeSynchronizationService", _ => [Service("AMT_TimeSynchronizationService", "Intel(r) AMT Time Synchronization Service")])
        {
            Realm = SimRealm.NetworkTime,
            Methods = new Dictionary<string, SimMethod>
            {
                ["GetLowAccuracyTimeSynch"] = new([], (_, _) => new WsResult(WsReturn.Success, ("Ta0", clock.UnixSeconds))),
                ["SetHighAccuracyTimeSynch"] = new(["Ta0", "Tm1", "Tm2"], SetTime),
            },
        };
        yield return new SimResource("AMT_AlarmClockService", _ => [Service("AMT_AlarmClockService", "Intel(r) AMT Alarm Clock Service")])
        {
            Methods = new Dictionary<string, SimMethod> { ["AddAlarm"] = new(["AlarmTemplate"], AddAlarm) },
        };
        yield return new SimResource("IPS_AlarmClockOccurrence", _ => _alarms.Select(a => new XElement(a)))
        {
            Delete = (_, alarm) => _alarms.RemoveAll(a => SimInstance.Text(a, "InstanceID") == SimInstance.Text(alarm, "InstanceID")),
        };
    }

    private static XElement Service(string className, string name) => SimInstance.Make(
        className,
        ("CreationClassName", className),
        ("ElementName", name),
        ("EnabledState", 5),
        ("Name", name),
        ("RequestedState", 12),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    /// <summary>The console's clock at the call is Tm2; what passed since the firmware told Ta0 (at Tm1) is in it already.</summary>
    private WsResult SetTime(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("Ta0") is null || arguments.Number("Tm1") is not { } earlier || arguments.Number("Tm2") is not { } now || now < earlier)
            return WsResult.Of(WsReturn.InvalidArgument);
        clock.Set(now);
        audit.Add(AuditEvent.TimeSet, call.User);
        return WsResult.Of(WsReturn.Success);
    }

    /// <summary>The template's fields are in the namespace of the alarm, not of the service.</summary>
    private WsResult AddAlarm(WsCall call, WsArguments arguments)
    {
        XNamespace space = SoapNames.Resource("IPS_AlarmClockOccurrence");
        XElement? template = arguments.Element("AlarmTemplate");
        string? id = template?.Element(space + "InstanceID")?.Value.Trim();
        string? start = template?.Element(space + "StartTime")?.Element(SoapNames.CimCommon + "Datetime")?.Value.Trim();
        string? delete = template?.Element(space + "DeleteOnCompletion")?.Value.Trim();
        if (string.IsNullOrEmpty(id) || delete is not ("true" or "false")
            || !DateTimeOffset.TryParse(start, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)) return WsResult.Of(WsReturn.InvalidArgument);
        if (_alarms.Count == MostAlarms) return WsResult.Of(WsReturn.LimitReached);
        if (_alarms.Any(a => SimInstance.Text(a, "InstanceID") == id)) return WsResult.Of(WsReturn.Duplicate);

        string? interval = template?.Element(space + "Interval")?.Element(SoapNames.CimCommon + "Interval")?.Value.Trim();
        if (interval is not null && !IsDuration(interval)) return WsResult.Of(WsReturn.InvalidArgument);
        XElement alarm = SimInstance.Make(
            "IPS_AlarmClockOccurrence",
            ("DeleteOnCompletion", delete),
            ("ElementName", template?.Element(space + "ElementName")?.Value.Trim() ?? id),
            ("InstanceID", id),
            ("StartTime", moment));
        if (interval is not null) alarm.Add(new XElement(space + "Interval", new XElement(SoapNames.CimCommon + "Interval", interval)));
        _alarms.Add(alarm);
        return new WsResult(WsReturn.Success, ("AlarmClock", new SimReference("IPS_AlarmClockOccurrence", ("InstanceID", id))));
    }

    private static bool IsDuration(string text)
    {
        try
        {
            return XmlConvert.ToTimeSpan(text) > TimeSpan.Zero;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false; // the platform has no form of this that does not throw
        }
    }
}
