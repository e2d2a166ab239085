using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.Netboot.Pxe;

/// <summary>What a client says of itself in a DHCP packet: options 60, 61, 77, 93, 94, 97, 175 and the MAC. Immutable.</summary>
public sealed record BootClient
{
    public required PhysicalAddress Mac { get; init; }

    /// <summary>What it is, judged from everything below.</summary>
    public required ClientKind Kind { get; init; }

    /// <summary>Option 93 in the client's order; empty when absent.</summary>
    public IReadOnlyList<ClientArchitecture> Architectures { get; init; } = [];

    /// <summary>Option 60; empty when absent.</summary>
    public string VendorClass { get; init; } = "";

    /// <summary>Option 77, raw text or the first RFC 3004 item; empty when absent.</summary>
    public string UserClass { get; init; } = "";

    /// <summary>Option 97 in wire order; null when absent or all zero (QEMU without <c>-uuid</c>).</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Feature sub-options present in option 175, ascending; empty when it is not an iPXE.</summary>
    public IReadOnlyList<byte> IpxeFeatures { get; init; } = [];

    /// <summary>Address the packet came from or asks for; null when none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>True for a DISCOVER or a BOOTP request: the client has no address yet. The <c>xid</c> cannot tell a restart from a repeat:
    /// iPXE makes it from the MAC and uses the same in every boot (seen with 1.0.0+git-20190125).</summary>
    public bool BeginsAttempt { get; init; }

    /// <summary>A text that is equal for equal programs: two requests of one machine with different fingerprints come from different stages of its boot.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The first architecture we know; null when none was sent.</summary>
    public ClientArchitecture? Architecture => Architectures.Count > 0 ? Architectures[0] : null;
}

/// <summary>What asks.</summary>
public enum ClientKind
{
    /// <summary>A DHCP client that does not boot from the network: an operating system.</summary>
    System,

    /// <summary>Plain BOOTP.</summary>
    Bootp,

    /// <summary>Firmware's own PXE client, BIOS or UEFI by architecture.</summary>
    Pxe,

    /// <summary>UEFI HTTP boot.</summary>
    UefiHttp,

    /// <summary>iPXE, in a ROM or chained.</summary>
    Ipxe,

    /// <summary>gPXE or Etherboot.</summary>
    Gpxe,

    /// <summary>GRUB asking by itself (<c>net_bootp</c>).</summary>
    Grub,

    /// <summary>U-Boot's own <c>dhcp</c>.</summary>
    UBoot,
}

/// <summary>Client system architecture types of option 93 (RFC 4578 §2.1 with its erratum, IANA registry).</summary>
public enum ClientArchitecture : ushort
{
    X86Bios = 0,
    X86Uefi = 6,
    X64Uefi = 7,
    EfiByteCode = 9,
    Arm32Uefi = 10,
    Arm64Uefi = 11,
    X86UefiHttp = 15,
    X64UefiHttp = 16,
    EfiByteCodeHttp = 17,
    Arm32UefiHttp = 18,
    Arm64UefiHttp = 19,
    X86BiosHttp = 20,
    Arm32UBoot = 21,
    Arm64UBoot = 22,
    Arm32UBootHttp = 23,
    Arm64UBootHttp = 24,
    RiscV32Uefi = 25,
    RiscV64Uefi = 27,
    LoongArch64Uefi = 39,
    RaspberryPi = 41,

    /// <summary>Private value of old U-Boot on ARM.</summary>
    OldUBootArm = 0x100,
}
