namespace Slipway.Netboot.Dhcp;

/// <summary>The part the server plays on its network.</summary>
public enum DhcpMode
{
    /// <summary>Gives addresses and boot files; the only DHCP server there.</summary>
    Full,

    /// <summary>Another server gives the addresses, this one only the boot files (proxyDHCP, PXE 2.1 §2.2.3).</summary>
    Proxy,
}
