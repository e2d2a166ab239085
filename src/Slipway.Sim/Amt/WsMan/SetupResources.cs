using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>How the firmware was set up, and its TLS settings.</summary>
internal sealed class SetupResources(FirmwareState state, Func<SimIdentity> identity)
{
    private const uint AdminProvisioning = 1;
    private const uint ClientProvisioning = 4;
    private const uint PostProvisioning = 2;

    /// <summary>IPS_HostBasedSetupService.CurrentControlMode.</summary>
    private const uint ClientControl = 1;
    private const uint AdminControl = 2;

    private const string ServiceName = "Intel(r) AMT Setup and Configuration Service";
    private const string NetworkTls = "Intel(r) AMT 802.3 TLS Settings";
    private const string LocalTls = "Intel(r) AMT LMS TLS Settings";

    private Dictionary<string, XElement>? _tls;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_SetupAndConfigurationService", _ => [Service()])
        {
            Methods = new Dictionary<string, SimMethod>
            {
                ["GetUuid"] = new([], (_, _) => new WsResult(WsReturn.Success, ("UUID", Convert.ToBase64String(InventoryResources.SmbiosBytes(identity().Uuid))))),
                // A real firmware is silent for some seconds now; the listeners of a simulator stay.
                ["CommitChanges"] = new([], (_, _) => WsResult.Of(WsReturn.Success)),
            },
        };
        yield return new SimResource("IPS_HostBasedSetupService", _ => [HostBased()]);
        yield return new SimResource("AMT_TLSSettingData", _ => Tls().Values.Select(t => new XElement(t))) { Realm = SimRealm.Administration, Put = PutTls };
    }

    private XElement Service() => SimInstance.Make(
        "AMT_SetupAndConfigurationService",
        ("CreationClassName", "AMT_SetupAndConfigurationService"),
        ("ElementName", ServiceName),
        ("EnabledState", 5),
        ("Name", ServiceName),
        ("PasswordModel", 1),
        ("ProvisioningMode", state.AdminControl ? AdminProvisioning : ClientProvisioning),
        ("ProvisioningServerOTP", ""),
        ("ProvisioningState", PostProvisioning),
        ("RequestedState", 12),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"),
        ("ZeroTouchConfigurationEnabled", true));

    private XElement HostBased() => SimInstance.Make(
        "IPS_HostBasedSetupService",
        ("AllowedControlModes", new[] { AdminControl, ClientControl }),
        ("CertChainStatus", 0),
        ("ConfigurationNonce", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("CreationClassName", "IPS_HostBasedSetupService"),
        ("CurrentControlMode", state.AdminControl ? AdminControl : ClientControl),
        ("ElementName", "Intel(r) AMT Host Based Setup Service"),
        ("Name", "Intel(r) AMT Host Based Setup Service"),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    private Dictionary<string, XElement> Tls() => _tls ??= new Dictionary<string, XElement>
    {
        [NetworkTls] = TlsInstance(NetworkTls),
        [LocalTls] = TlsInstance(LocalTls),
    };

    private XElement TlsInstance(string id) => SimInstance.Make(
        "AMT_TLSSettingData",
        ("AcceptNonSecureConnections", !state.Profile.TlsOnly),
        ("ElementName", id),
        ("Enabled", state.Profile.TlsOnly),
        ("InstanceID", id),
        ("MutualAuthentication", false),
        ("NonSecureConnectionsSupported", state.Profile.TlsOnly ? false : null));

    /// <summary>Kept, nothing more: which ports speak TLS is the listener's choice.</summary>
    private WsAnswer PutTls(WsCall call, XElement current, XElement wanted)
    {
        if (SimInstance.CheckPut(current, wanted, ["InstanceID", "ElementName", "NonSecureConnectionsSupported"], ["TrustedCN"]) is { } fault)
            return WsAnswer.Failed(fault.Code, fault.Reason);
        XElement next = SimInstance.Merge(current, wanted);
        next.Add(wanted.Elements(wanted.Name.Namespace + "TrustedCN").Where(_ => next.Element(wanted.Name.Namespace + "TrustedCN") is null).Select(e => new XElement(e.Name, e.Value)));
        if (state.Profile.TlsOnly && (!SimInstance.IsTrue(next, "Enabled") || SimInstance.IsTrue(next, "AcceptNonSecureConnections")))
            return WsAnswer.Failed(WsFaultCode.InvalidParameter, "TLS cannot be turned off in this release");
        Tls()[SimInstance.Text(current, "InstanceID")!] = next;
        return WsAnswer.Of(new XElement(next));
    }
}
