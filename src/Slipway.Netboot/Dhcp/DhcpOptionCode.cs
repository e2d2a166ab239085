namespace Slipway.Netboot.Dhcp;

/// <summary>DHCP options we read or write. RFC 2132 unless said otherwise; unnamed codes are carried through unread.</summary>
public enum DhcpOptionCode : byte
{
    Pad = 0,
    SubnetMask = 1,
    Router = 3,
    DomainNameServer = 6,
    HostName = 12,
    DomainName = 15,
    BroadcastAddress = 28,
    VendorSpecificInformation = 43,
    RequestedAddress = 50,
    AddressLeaseTime = 51,
    Overload = 52,
    MessageType = 53,
    ServerIdentifier = 54,
    ParameterRequestList = 55,
    Message = 56,
    MaximumMessageSize = 57,
    RenewalTime = 58,
    RebindingTime = 59,
    VendorClassIdentifier = 60,

    /// <summary>Echoed in replies (RFC 6842).</summary>
    ClientIdentifier = 61,
    TftpServerName = 66,
    BootFileName = 67,

    /// <summary>RFC 3004; iPXE and gPXE send bare text instead of its counted items.</summary>
    UserClass = 77,

    /// <summary>RFC 3046; echoed, and last in the reply (§2.1).</summary>
    RelayAgentInformation = 82,

    /// <summary>RFC 4578 §2.1.</summary>
    ClientSystemArchitecture = 93,

    /// <summary>RFC 4578 §2.2.</summary>
    ClientNetworkInterface = 94,

    /// <summary>RFC 4578 §2.3.</summary>
    ClientMachineIdentifier = 97,

    /// <summary>Etherboot's, gPXE's and iPXE's encapsulated options (<see cref="Pxe.IpxeOption"/>).</summary>
    EtherbootEncapsulated = 175,

    /// <summary>RFC 5071 §2.</summary>
    PxelinuxMagic = 208,

    /// <summary>RFC 5071 §3.</summary>
    PxelinuxConfigFile = 209,
    End = 255,
}
