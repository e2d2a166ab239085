namespace Slipway.Sim.Pxe;

/// <summary>Firmware whose DHCP packets a software machine can send, as seen from the real ones.</summary>
public enum SimFirmware
{
    /// <summary>A PXE ROM of a BIOS machine.</summary>
    BiosPxe,

    /// <summary>iPXE in a BIOS machine's ROM.</summary>
    Ipxe,

    /// <summary>OVMF's PXE client.</summary>
    OvmfPxe,

    /// <summary>OVMF's HTTP boot.</summary>
    OvmfHttp,

    /// <summary>U-Boot on 64-bit ARM.</summary>
    UBoot,
}
