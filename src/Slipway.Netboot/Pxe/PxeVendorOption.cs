namespace Slipway.Netboot.Pxe;

/// <summary>Sub-options of option 43 when option 60 is <c>PXEClient</c> (PXE 2.1 §2.2.3).</summary>
public enum PxeVendorOption : byte
{
    /// <summary>One byte of <see cref="PxeDiscoveryControl"/>.</summary>
    DiscoveryControl = 6,

    /// <summary>Type (2) and layer (2) of the boot server item asked for; echoed.</summary>
    BootItem = 71,
    End = 255,
}

/// <summary>Bits of <see cref="PxeVendorOption.DiscoveryControl"/>.</summary>
[Flags]
public enum PxeDiscoveryControl : byte
{
    None = 0,
    NoBroadcast = 1,
    NoMulticast = 2,
    OnlyListedServers = 4,

    /// <summary>Load the file named in this reply at once.</summary>
    SkipDiscovery = 8,
}
