namespace Slipway.Netboot.Dhcp;

/// <summary>Option 52: which fields carry options (RFC 2132 §9.3).</summary>
[Flags]
public enum DhcpOverload : byte
{
    None = 0,
    File = 1,
    ServerName = 2,
}
