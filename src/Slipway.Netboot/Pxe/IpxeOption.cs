namespace Slipway.Netboot.Pxe;

/// <summary>Sub-options of option 175 that we read or write (iPXE's <c>dhcp.h</c>); unnamed ones below 80 are feature flags.</summary>
public enum IpxeOption : byte
{
    /// <summary>Below this, a request's sub-option says "I can do this".</summary>
    FirstSetting = 80,

    /// <summary>1 = do not wait for a proxyDHCP offer.</summary>
    NoPxeDhcp = 176,
}
