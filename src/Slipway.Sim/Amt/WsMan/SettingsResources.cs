using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>General settings and the network port.</summary>
internal sealed class SettingsResources(FirmwareState state, Func<SimIdentity> identity)
{
    /// <summary>Fields that DHCP fills in: they are read, and must not be put while DHCP is on.</summary>
    private static readonly string[] StaticFields = ["IPAddress", "SubnetMask", "DefaultGateway", "PrimaryDNS", "SecondaryDNS"];

    private XElement? _general;
    private XElement? _port;

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_GeneralSettings", _ => [General()])
        {
            Put = (_, current, wanted) =>
            {
                if (SimInstance.CheckPut(current, wanted, ["InstanceID", "DigestRealm", "PowerSource"], []) is { } fault) return WsAnswer.Failed(fault.Code, fault.Reason);
                foreach (string needed in new[] { "PingResponseEnabled", "WsmanOnlyMode" })
                    if (SimInstance.Text(wanted, needed) is null) return WsAnswer.Failed(WsFaultCode.InvalidRepresentation, $"{needed} is missing");
                _general = SimInstance.Merge(current, wanted);
                return WsAnswer.Of(General());
            },
        };
        yield return new SimResource("AMT_EthernetPortSettings", _ => [Port()]) { Put = PutPort };
    }

    private XElement General() => new(_general ??= SimInstance.Make(
        "AMT_GeneralSettings",
        ("AMTNetworkEnabled", 1),
        ("DDNSPeriodicUpdateInterval", 1440),
        ("DDNSTTL", 900),
        ("DDNSUpdateByDHCPServerEnabled", true),
        ("DDNSUpdateEnabled", false),
        ("DigestRealm", state.Realm),
        ("DomainName", ""),
        ("ElementName", "Intel(r) AMT: General Settings"),
        ("HostName", identity().HostName),
        ("HostOSFQDN", ""),
        ("IdleWakeTimeout", 65535),
        ("InstanceID", "Intel(r) AMT: General Settings"),
        ("NetworkInterfaceEnabled", true),
        ("PingResponseEnabled", true),
        ("PowerSource", 0),
        ("PreferredAddressFamily", 0),
        ("PresenceNotificationInterval", 0),
        ("PrivacyLevel", 0),
        ("RmcpPingResponseEnabled", true),
        ("SharedFQDN", true),
        ("WsmanOnlyMode", false)));

    private XElement Port() => new(_port ??= SimInstance.Make(
        "AMT_EthernetPortSettings",
        ("DHCPEnabled", true),
        ("DefaultGateway", "192.0.2.1"),
        ("ElementName", "Intel(r) AMT Ethernet Port Settings"),
        ("IPAddress", "192.0.2.16"),
        ("InstanceID", "Intel(r) AMT Ethernet Port Settings 0"),
        ("IpSyncEnabled", true),
        ("LinkIsUp", true),
        ("LinkPolicy", new[] { 1, 14 }),
        ("MACAddress", identity().MacAddress),
        ("PhysicalConnectionType", 0),
        ("PrimaryDNS", "192.0.2.1"),
        ("SecondaryDNS", ""),
        ("SharedDynamicIP", true),
        ("SharedMAC", true),
        ("SharedStaticIp", false),
        ("SubnetMask", "255.255.255.0")));

    private WsAnswer PutPort(WsCall call, XElement current, XElement wanted)
    {
        if (SimInstance.CheckPut(current, wanted, ["InstanceID", "MACAddress", "LinkIsUp", "PhysicalConnectionType", "SharedMAC"], []) is { } fault)
            return WsAnswer.Failed(fault.Code, fault.Reason);
        if (SimInstance.Text(wanted, "DHCPEnabled") is null) return WsAnswer.Failed(WsFaultCode.InvalidRepresentation, "DHCPEnabled is missing");
        if (SimInstance.IsTrue(wanted, "DHCPEnabled") && StaticFields.FirstOrDefault(f => SimInstance.Text(wanted, f) is not null) is { } extra)
            return WsAnswer.Failed(WsFaultCode.InvalidParameter, $"{extra} is not set while DHCP is enabled");
        _port = SimInstance.Merge(current, wanted);
        return WsAnswer.Of(Port());
    }
}
