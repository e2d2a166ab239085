using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Boot order, role and options.</summary>
internal sealed class BootResources(FirmwareState state, BootOverride boot, AuditLog audit)
{
    private const string Configuration = "Intel(r) AMT: Boot Configuration 0";

    /// <summary>CIM_BootService.EnabledState: one-click recovery (bit 0) and remote erase (bit 1) enabled, above this.</summary>
    private const uint ServiceStateFirst = 32768;
    private const uint ServiceStateLast = 32771;

    /// <summary>CIM_ElementSettingData.IsNext.</summary>
    private const uint IsNotNext = 2;
    private const uint IsNextForSingleUse = 3;

    private uint _serviceState = state.Profile.OneClickRecovery ? ServiceStateFirst + 1 : ServiceStateFirst;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("CIM_BootConfigSetting", _ => [SimInstance.Make("CIM_BootConfigSetting", ("ElementName", "Intel(r) AMT: Boot Configuration"), ("InstanceID", Configuration))])
        {
            Realm = SimRealm.RemoteControl,
            Methods = new Dictionary<string, SimMethod> { ["ChangeBootOrder"] = new(["Source"], ChangeOrder) },
        };
        yield return new SimResource("CIM_BootSourceSetting", _ => boot.Sources.Select(Source)) { Realm = SimRealm.RemoteControl };
        yield return new SimResource("CIM_BootService", _ => [Service()])
        {
            Realm = SimRealm.RemoteControl,
            Methods = new Dictionary<string, SimMethod>
            {
                ["SetBootConfigRole"] = new(["BootConfigSetting", "Role"], SetRole),
                ["RequestStateChange"] = new(["RequestedState", "TimeoutPeriod"], ChangeState),
            },
        };
        yield return new SimResource("CIM_ElementSettingData", _ => [Role()]) { Realm = SimRealm.RemoteControl };
        yield return new SimResource("CIM_OrderedComponent", _ => Order()) { Realm = SimRealm.RemoteControl };
        yield return new SimResource("AMT_BootSettingData", _ => [boot.Settings()])
        {
            Realm = SimRealm.RemoteControl,
            Put = (call, current, wanted) =>
            {
                if (state.NeedsConsent(SimSessionKind.Ider)) return WsAnswer.Failed(WsFaultCode.AccessDenied, "User consent is required.");
                WsAnswer answer = boot.Put(current, wanted);
                if (answer.Fault is null) audit.Add(AuditEvent.BootOptions, call.User);
                return answer;
            },
        };
        yield return new SimResource("AMT_BootCapabilities", _ => [Capabilities()]) { Realm = SimRealm.RemoteControl };
    }

    private static XElement Source(BootSource source) => SimInstance.Make(
        "CIM_BootSourceSetting",
        ("ElementName", "Intel(r) AMT: Boot Source"),
        ("FailThroughSupported", 2),
        ("InstanceID", source.InstanceId),
        ("StructuredBootString", source.BootString));

    private XElement Service() => SimInstance.Make(
        "CIM_BootService",
        ("CreationClassName", "CIM_BootService"),
        ("ElementName", "Intel(r) AMT Boot Service"),
        ("EnabledState", _serviceState),
        ("Name", "Intel(r) AMT Boot Service"),
        ("OperationalStatus", 0),
        ("RequestedState", 12),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    /// <summary>Where the role is read back.</summary>
    private XElement Role() => SimInstance.Make(
        "CIM_ElementSettingData",
        ("IsNext", boot.Role == BootOverride.NextSingleUse ? IsNextForSingleUse : IsNotNext),
        ("ManagedElement", new SimReference("CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", "ManagedSystem"))),
        ("SettingData", new SimReference("CIM_BootConfigSetting", ("InstanceID", Configuration))));

    /// <summary>Where the order is read back: the chosen source first, the others not in the order (0).</summary>
    private IEnumerable<XElement> Order() => boot.Sources.Select(s => SimInstance.Make(
        "CIM_OrderedComponent",
        ("AssignedSequence", s == boot.Source ? 1 : 0),
        ("GroupComponent", new SimReference("CIM_BootConfigSetting", ("InstanceID", Configuration))),
        ("PartComponent", new SimReference("CIM_BootSourceSetting", ("InstanceID", s.InstanceId)))));

    private XElement Capabilities() => SimInstance.Make(
        "AMT_BootCapabilities",
        ("AMTSecureBootControl", state.Profile.OneClickRecovery ? false : null),
        ("BIOSPause", true),
        ("BIOSReflash", false),
        ("BIOSSecureBoot", state.Profile.Major >= 12 ? true : null),
        ("BIOSSetup", true),
        ("ConfigurationDataReset", false),
        ("ElementName", "Intel(r) AMT: Boot Capabilities"),
        ("ForceCDorDVDBoot", true),
        ("ForceDiagnosticBoot", state.Profile.DiagnosticBoot),
        ("ForceHardDriveBoot", true),
        ("ForceHardDriveSafeModeBoot", false),
        ("ForcePXEBoot", true),
        ("ForceUEFIHTTPSBoot", state.Profile.OneClickRecovery ? true : null),
        ("ForceUEFILocalPBABoot", state.Profile.OneClickRecovery ? true : null),
        ("ForceWinREBoot", state.Profile.OneClickRecovery ? true : null),
        ("ForcedProgressEvents", true),
        ("IDER", true),
        ("InstanceID", "Intel(r) AMT:BootCapabilities 0"),
        ("KeyboardLock", true),
        ("PlatformErase", state.Profile.Major >= 16 ? 0 : null),
        ("PowerButtonLock", true),
        ("ResetButtonLock", true),
        ("SOL", true),
        ("SecureErase", false),
        ("SleepButtonLock", true),
        ("UserPasswordBypass", true),
        ("VerbosityQuiet", true),
        ("VerbosityScreenBlank", true),
        ("VerbosityVerbose", true));

    private WsResult ChangeOrder(WsCall call, WsArguments arguments)
    {
        if (state.NeedsConsent(SimSessionKind.Ider)) return WsResult.Of(WsReturn.AccessDenied);
        // Only the first counts: FailThroughSupported is 2.
        BootSource? source = null;
        if (arguments.Element("Source") is { } first)
        {
            if (WsArguments.Reference(first) is not ("CIM_BootSourceSetting", var selectors)) return WsResult.Of(WsReturn.InvalidReference);
            source = boot.Sources.FirstOrDefault(s => s.InstanceId == selectors.GetValueOrDefault("InstanceID"));
            if (source is null) return WsResult.Of(WsReturn.InvalidReference);
        }

        WsReturn value = boot.ChooseSource(source);
        if (value == WsReturn.Success) audit.Add(AuditEvent.BootOptions, call.User);
        return WsResult.Of(value);
    }

    private WsResult SetRole(WsCall call, WsArguments arguments)
    {
        if (state.NeedsConsent(SimSessionKind.Ider)) return WsResult.Of(WsReturn.ConsentRequired);
        if (WsArguments.Reference(arguments.Element("BootConfigSetting")) is not ("CIM_BootConfigSetting", var selectors)
            || selectors.GetValueOrDefault("InstanceID") != Configuration) return WsResult.Of(WsReturn.InvalidParameter);
        return WsResult.Of(arguments.Number("Role") is { } role ? boot.ChooseRole(role) : WsReturn.InvalidParameter);
    }

    private WsResult ChangeState(WsCall call, WsArguments arguments)
    {
        if (!state.Profile.OneClickRecovery || arguments.Number("RequestedState") is not { } wanted || wanted is < ServiceStateFirst or > ServiceStateLast)
            return WsResult.Of(WsReturn.InvalidParameter);
        _serviceState = wanted;
        return WsResult.Of(WsReturn.Success);
    }
}
