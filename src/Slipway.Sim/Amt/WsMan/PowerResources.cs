using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Power: state, requests, and the power saving of the PC's system.</summary>
internal sealed class PowerResources(FirmwareState state, PowerSwitch power, AuditLog audit)
{
    private const string ManagedSystem = "ManagedSystem";
    private const string ServiceName = "Intel(r) AMT Power Management Service";
    private const uint EnabledByDefault = 2;
    private const uint FullPower = 2;
    private const uint OsPowerSaving = 3;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("CIM_AssociatedPowerManagementService", call => [Associated(call)]);
        yield return new SimResource("CIM_ServiceAvailableToElement", call => [Associated(call), RedirectionAvailable()]);
        yield return new SimResource("CIM_PowerManagementService", _ => [Service("CIM_PowerManagementService")])
        {
            Realm = SimRealm.RemoteControl,
            Methods = new Dictionary<string, SimMethod>
            {
                ["RequestPowerStateChange"] = new(["PowerState", "ManagedElement", "Time", "TimeoutPeriod"], Request),
            },
        };
        yield return new SimResource("CIM_ComputerSystem", _ => [ComputerSystem("Intel(r) AMT"), ComputerSystem(ManagedSystem)]);
        if (!state.Profile.OsPowerSaving) yield break;
        yield return new SimResource("IPS_PowerManagementService", _ => [Service("IPS_PowerManagementService", ("OSPowerSavingState", FullPower))])
        {
            Realm = SimRealm.RemoteControl,
            Methods = new Dictionary<string, SimMethod>
            {
                ["RequestOSPowerSavingStateChange"] = new(["OSPowerSavingState", "ManagedElement"], RequestSaving),
            },
        };
    }

    private XElement Associated(WsCall call)
    {
        bool on = call.HostIsOn != state.Faults.PowerMisreported;
        return SimInstance.Make(
            "CIM_AssociatedPowerManagementService",
            ("AvailableRequestedPowerStates", state.Profile.AvailableStates ? power.Available(on) : null),
            ("PowerState", on ? PowerState.On : PowerState.OffSoft),
            ("ServiceProvided", new SimReference("CIM_PowerManagementService", Keys("CIM_PowerManagementService"))),
            ("UserOfService", new SimReference("CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", ManagedSystem))));
    }

    private static XElement RedirectionAvailable() => SimInstance.Make(
        "CIM_ServiceAvailableToElement",
        ("ServiceProvided", new SimReference("AMT_RedirectionService", ("Name", RedirectionResources.ServiceName))),
        ("UserOfService", new SimReference("CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", ManagedSystem))));

    private static XElement ComputerSystem(string name) => SimInstance.Make(
        "CIM_ComputerSystem",
        ("CreationClassName", "CIM_ComputerSystem"),
        ("Dedicated", name == ManagedSystem ? 0 : 14),
        ("ElementName", name == ManagedSystem ? "Managed System" : "Intel(r) AMT Subsystem"),
        ("EnabledState", EnabledByDefault),
        ("Name", name),
        ("NameFormat", "Other"),
        ("OperationalStatus", 0),
        ("RequestedState", EnabledByDefault));

    private static XElement Service(string className, params (string Name, object? Value)[] more) => SimInstance.Make(
        className,
        [
            ("CreationClassName", className),
            ("ElementName", ServiceName),
            ("EnabledState", 5),
            ("Name", ServiceName),
            .. more,
            ("RequestedState", 12),
            ("SystemCreationClassName", "CIM_ComputerSystem"),
            ("SystemName", "Intel(r) AMT"),
        ]);

    private static (string Name, string Value)[] Keys(string className) =>
        [("CreationClassName", className), ("Name", ServiceName), ("SystemCreationClassName", "CIM_ComputerSystem"), ("SystemName", "Intel(r) AMT")];

    private WsResult Request(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("PowerState") is not { } wanted || !IsThePc(arguments)) return WsResult.Of(WsReturn.InvalidParameter);
        WsReturn value = power.Request((PowerState)wanted, call.HostIsOn);
        if (value == WsReturn.Success && EventOf((PowerState)wanted) is { } what) audit.Add(what, call.User);
        return WsResult.Of(value);
    }

    private static WsResult RequestSaving(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("OSPowerSavingState") is not (FullPower or OsPowerSaving) || !IsThePc(arguments)) return WsResult.Of(WsReturn.InvalidParameter);
        return WsResult.Of(call.HostIsOn ? WsReturn.Success : WsReturn.InvalidState);
    }

    private static bool IsThePc(WsArguments arguments) =>
        WsArguments.Reference(arguments.Element("ManagedElement")) is ("CIM_ComputerSystem", var selectors)
        && selectors.GetValueOrDefault("Name") == ManagedSystem;

    private static AuditEvent? EventOf(PowerState wanted) => wanted switch
    {
        PowerState.On => AuditEvent.PowerUp,
        PowerState.OffSoft or PowerState.OffSoftGraceful => AuditEvent.PowerDown,
        PowerState.CycleOffSoft => AuditEvent.PowerCycle,
        PowerState.MasterBusReset or PowerState.MasterBusResetGraceful => AuditEvent.Reset,
        _ => null,
    };
}
