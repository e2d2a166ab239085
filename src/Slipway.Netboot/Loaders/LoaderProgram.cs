namespace Slipway.Netboot.Loaders;

/// <summary>A program that loads an image or the next loader.</summary>
public enum LoaderProgram
{
    /// <summary>SYSLINUX's PXELINUX: BIOS; Linux and, through mboot.c32, multiboot 1.</summary>
    Pxelinux,

    /// <summary>iPXE: BIOS and UEFI; Linux and, on BIOS only, multiboot 1.</summary>
    Ipxe,

    /// <summary>GRUB 2: BIOS and UEFI; Linux, multiboot 1 and 2.</summary>
    Grub,

    /// <summary>U-Boot, the board's own firmware: Linux.</summary>
    UBoot,
}

internal static class LoaderPrograms
{
    /// <summary>The name people write.</summary>
    public static string Spelt(this LoaderProgram loader) => loader switch
    {
        LoaderProgram.Pxelinux => "PXELINUX",
        LoaderProgram.Ipxe => "iPXE",
        LoaderProgram.Grub => "GRUB",
        _ => "U-Boot",
    };

    /// <summary>Whether the loader can start a kernel of that protocol on that platform.</summary>
    public static bool CanBoot(this LoaderProgram loader, ImageProtocol protocol, ClientPlatform platform) => (loader, protocol) switch
    {
        (LoaderProgram.Pxelinux, ImageProtocol.Linux or ImageProtocol.Multiboot) => platform == ClientPlatform.X86Bios,
        (LoaderProgram.Ipxe, ImageProtocol.Linux) => platform is ClientPlatform.X86Bios or ClientPlatform.X64Uefi or ClientPlatform.X86Uefi,
        // multiboot.c is built into iPXE's BIOS flavour only (feature 25 is absent from ipxe.efi's option 175).
        (LoaderProgram.Ipxe, ImageProtocol.Multiboot) => platform == ClientPlatform.X86Bios,
        (LoaderProgram.Grub, ImageProtocol.Linux) => GrubPlatform.For(platform) is not null,
        (LoaderProgram.Grub, _) => platform is ClientPlatform.X86Bios or ClientPlatform.X64Uefi or ClientPlatform.X86Uefi,
        (LoaderProgram.UBoot, ImageProtocol.Linux) => platform is ClientPlatform.Arm64UBoot or ClientPlatform.Arm32UBoot,
        _ => false,
    };
}
