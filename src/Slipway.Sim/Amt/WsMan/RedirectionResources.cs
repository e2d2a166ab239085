using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Switches of SOL, IDE redirection and KVM, and the settings of KVM.</summary>
internal sealed class RedirectionResources(FirmwareState state)
{
    public const string ServiceName = "Intel(r) AMT Redirection Service";

    /// <summary>AMT_RedirectionService.EnabledState: nothing; bit 0 IDE redirection, bit 1 SOL above it.</summary>
    private const uint NothingEnabled = 32768;
    private const uint IderBit = 1;
    private const uint SolBit = 2;

    /// <summary>CIM_KVMRedirectionSAP.EnabledState; the first two are also what may be requested.</summary>
    private const uint SapEnabled = 2;
    private const uint SapDisabled = 3;
    private const uint SapEnabledIdle = 6;

    private const int RfbPasswordLength = 8;

    private readonly XElement _kvmDefaults = SimInstance.Make(
        "IPS_KVMRedirectionSettingData",
        ("BackToBackFbMode", false),
        ("DefaultScreen", 0),
        ("ElementName", "Intel(r) KVM Redirection Settings"),
        ("EnabledByMEBx", true),
        ("GrayscalePixelFormatSupported", state.Profile.GreyPixelFormats ? true : null),
        ("InitialDecimationModeForLowRes", state.Profile.GreyPixelFormats ? 0 : null),
        ("InstanceID", "Intel(r) KVM Redirection Settings"),
        ("Is5900PortEnabled", false),
        ("OptInPolicy", false),
        ("OptInPolicyTimeout", 300),
        ("SessionTimeout", 3),
        ("ZlibControlSupported", state.Profile.GreyPixelFormats ? true : null));

    private XElement? _kvm;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_RedirectionService", _ => [Service()])
        {
            Realm = SimRealm.Redirection,
            Put = PutService,
            Methods = new Dictionary<string, SimMethod> { ["RequestStateChange"] = new(["RequestedState", "TimeoutPeriod"], ChangeService) },
        };
        yield return new SimResource("CIM_KVMRedirectionSAP", _ => [Sap()])
        {
            Realm = SimRealm.Redirection,
            Methods = new Dictionary<string, SimMethod> { ["RequestStateChange"] = new(["RequestedState", "TimeoutPeriod"], ChangeSap) },
        };
        yield return new SimResource("IPS_KVMRedirectionSettingData", _ => [KvmSettings()]) { Realm = SimRealm.Administration, Put = PutKvm };
    }

    private uint ServiceState => NothingEnabled + (state.IderEnabled ? IderBit : 0) + (state.SolEnabled ? SolBit : 0);

    private XElement Service() => SimInstance.Make(
        "AMT_RedirectionService",
        ("CreationClassName", "AMT_RedirectionService"),
        ("ElementName", ServiceName),
        ("EnabledState", ServiceState),
        ("ListenerEnabled", state.ListenerEnabled),
        ("Name", ServiceName),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    private WsAnswer PutService(WsCall call, XElement current, XElement wanted)
    {
        // Consoles put back what older releases gave, AccessLog included; it is passed over.
        if (SimInstance.CheckPut(current, wanted, ["Name", "CreationClassName"], ["AccessLog"]) is { } fault) return WsAnswer.Failed(fault.Code, fault.Reason);
        if (SimInstance.Text(wanted, "ListenerEnabled") is null || !uint.TryParse(SimInstance.Text(wanted, "EnabledState"), out uint enabled) || !TrySet(enabled))
            return WsAnswer.Failed(WsFaultCode.InvalidRepresentation, "ListenerEnabled or EnabledState is missing or wrong");
        state.ListenerEnabled = SimInstance.IsTrue(wanted, "ListenerEnabled");
        return WsAnswer.Of(Service());
    }

    private WsResult ChangeService(WsCall call, WsArguments arguments) =>
        WsResult.Of(arguments.Number("RequestedState") is { } wanted && TrySet(wanted) ? WsReturn.Success : WsReturn.InvalidParameter);

    private bool TrySet(uint enabled)
    {
        if (enabled is < NothingEnabled or > NothingEnabled + IderBit + SolBit) return false;
        state.IderEnabled = (enabled & IderBit) != 0;
        state.SolEnabled = (enabled & SolBit) != 0;
        return true;
    }

    private XElement Sap() => SimInstance.Make(
        "CIM_KVMRedirectionSAP",
        ("CreationClassName", "CIM_KVMRedirectionSAP"),
        ("ElementName", "KVM Redirection Service Access Point"),
        ("EnabledState", !state.KvmEnabled ? SapDisabled : state.Sessions.Contains(SimSessionKind.Kvm) ? SapEnabled : SapEnabledIdle),
        ("KVMProtocol", 4),
        ("Name", "KVM Redirection Service Access Point"),
        ("RequestedState", state.KvmEnabled ? SapEnabled : SapDisabled),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "ManagedSystem"));

    private WsResult ChangeSap(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("RequestedState") is not (SapEnabled or SapDisabled)) return WsResult.Of(WsReturn.InvalidParameter);
        state.KvmEnabled = arguments.Number("RequestedState") == SapEnabled;
        return WsResult.Of(WsReturn.Success);
    }

    /// <summary>What others may change too comes from the shared state, the rest is only kept.</summary>
    private XElement KvmSettings()
    {
        _kvm ??= new XElement(_kvmDefaults);
        _kvm.SetElementValue(_kvm.Name.Namespace + "Is5900PortEnabled", state.Port5900Enabled ? "true" : "false");
        _kvm.SetElementValue(_kvm.Name.Namespace + "OptInPolicy", state.Consent != SimConsent.None || !state.AdminControl ? "true" : "false");
        return new XElement(_kvm);
    }

    private WsAnswer PutKvm(WsCall call, XElement current, XElement wanted)
    {
        if (SimInstance.CheckPut(current, wanted, ["InstanceID", "EnabledByMEBx", "GrayscalePixelFormatSupported", "ZlibControlSupported"], ["RFBPassword"]) is { } fault)
            return WsAnswer.Failed(fault.Code, fault.Reason);

        // An empty password is what reading it would give: left alone.
        string? password = SimInstance.Text(wanted, "RFBPassword") is { Length: > 0 } given ? given : null;
        bool port = SimInstance.IsTrue(wanted, "Is5900PortEnabled");
        if (!state.Profile.Port5900 && (port || password is not null)) return WsAnswer.Failed(WsFaultCode.InvalidParameter, "port 5900 is not supported by this release");
        if (password is not null && !IsStrong(password)) return WsAnswer.Failed(WsFaultCode.InvalidParameter, "the RFB password is not strong enough");
        if (port && password is null && state.RfbPassword is null) return WsAnswer.Failed(WsFaultCode.InvalidParameter, "port 5900 needs an RFB password");

        if (SimInstance.IsTrue(current, "OptInPolicy") != SimInstance.IsTrue(wanted, "OptInPolicy") && SimInstance.Text(wanted, "OptInPolicy") is { } policy)
        {
            if (!state.AdminControl) return WsAnswer.Failed(WsFaultCode.AccessDenied, "consent is always required in client control mode");
            state.Consent = policy == "true" ? SimConsent.Kvm : SimConsent.None;
        }

        if (SimInstance.Text(wanted, "Is5900PortEnabled") is not null) state.Port5900Enabled = port;
        if (password is not null) state.RfbPassword = password;
        _kvm = SimInstance.Merge(current, wanted);
        return WsAnswer.Of(KvmSettings());
    }

    /// <summary>Exactly eight characters, of all four kinds.</summary>
    private static bool IsStrong(string password) =>
        password.Length == RfbPasswordLength
        && password.All(c => c is >= ' ' and <= '~')
        && password.Any(char.IsAsciiLetterUpper) && password.Any(char.IsAsciiLetterLower) && password.Any(char.IsAsciiDigit)
        && password.Any(c => !char.IsAsciiLetterOrDigit(c));
}
