using Slipway.LabFile.Values;

namespace Slipway.LabFile.Labs;

/// <summary>The words of a lab file that mean one thing of a few.</summary>
internal static class LegalWords
{
    public static readonly WordList<DhcpMode> DhcpModes = new(("full", DhcpMode.Full), ("proxy", DhcpMode.Proxy), ("off", DhcpMode.Off));

    public static readonly WordList<UnknownMachines> Unknown =
        new(("ignore", UnknownMachines.Ignore), ("record", UnknownMachines.Record), ("boot", UnknownMachines.Boot));

    public static readonly WordList<BootProtocol> Protocols =
        new(("linux", BootProtocol.Linux), ("multiboot", BootProtocol.Multiboot), ("multiboot2", BootProtocol.Multiboot2))
        {
            NotYet = ["efi", "elf-uboot", "disk", "iso"],
        };

    public static readonly WordList<LoaderKind> Loaders =
        new(("pxelinux", LoaderKind.Pxelinux), ("ipxe", LoaderKind.Ipxe), ("grub", LoaderKind.Grub), ("uboot", LoaderKind.UBoot))
        {
            NotYet = ["gpxe", "pulsar", "http", "uefi-http"],
        };

    public static readonly WordList<QemuFirmware> Firmware = new(("bios", QemuFirmware.Bios), ("uefi", QemuFirmware.Uefi), ("uboot", QemuFirmware.UBoot));

    public static readonly WordList<QemuAcceleration> Accelerations = new(("tcg", QemuAcceleration.Tcg), ("kvm", QemuAcceleration.Kvm));

    public static readonly WordList<AmtTlsUse> AmtTls =
        new(("auto", AmtTlsUse.Auto), ("yes", AmtTlsUse.Yes), ("no", AmtTlsUse.No), ("true", AmtTlsUse.Yes), ("false", AmtTlsUse.No));

    public static readonly WordList<AmtBootOrder> AmtBootOrders = new(("pxe-once", AmtBootOrder.PxeOnce), ("bios", AmtBootOrder.Bios));

    public static readonly WordList<DriverKind> Drivers = new(("command", DriverKind.Command)) { NotYet = ["serial", "tcp"] };

    public static string Of(BootProtocol protocol) => protocol switch
    {
        BootProtocol.Linux => "linux",
        BootProtocol.Multiboot => "multiboot",
        _ => "multiboot2",
    };

    public static string Of(LoaderKind loader) => loader switch
    {
        LoaderKind.Pxelinux => "pxelinux",
        LoaderKind.Ipxe => "ipxe",
        LoaderKind.Grub => "grub",
        _ => "uboot",
    };
}

internal enum QemuAcceleration
{
    Tcg,
    Kvm,
}

internal enum DriverKind
{
    Command,
}
