namespace Slipway.LabFile.Labs;

/// <summary>Which loader can boot what, and on which machine; each rule answers in words why not, or null.</summary>
internal static class BootRules
{
    /// <summary>Why this chain cannot boot this protocol on any machine.</summary>
    public static string? LoaderDefect(BootProtocol protocol, IReadOnlyList<LoaderKind> chain)
    {
        if (chain.Distinct().Count() != chain.Count) return $"the loader chain {Show(chain)} goes through one loader twice";
        var last = chain[^1];
        if (protocol == BootProtocol.Multiboot2 && last is LoaderKind.Pxelinux or LoaderKind.Ipxe)
            return $"the loader {LegalWords.Of(last)} cannot boot multiboot2; let the chain end in grub";
        if (protocol != BootProtocol.Linux && chain.Contains(LoaderKind.UBoot))
            return $"the loader uboot boots linux only, not {LegalWords.Of(protocol)}";
        return null;
    }

    /// <summary>Why this machine cannot boot this image. The image's own chain has been checked before.</summary>
    public static string? MachineDefect(MachineDescription machine, ImageDescription image)
    {
        var chain = machine.Loader.Count > 0 ? machine.Loader : image.Loader;
        if (machine.Qemu is { Firmware: QemuFirmware.UBoot })
        {
            if (image.Protocol != BootProtocol.Linux)
                return $"its firmware is U-Boot, which boots linux only, not {LegalWords.Of(image.Protocol)}";
            if (chain.Any(l => l != LoaderKind.UBoot))
                return $"its firmware is U-Boot, which loads the image itself, not through {Show(chain)}";
        }

        if (chain.Count == 0) return null;
        if (LoaderDefect(image.Protocol, chain) is { } defect) return defect;
        return machine.Qemu?.Firmware switch
        {
            QemuFirmware.Bios or QemuFirmware.Uefi when chain.Contains(LoaderKind.UBoot) =>
                "the loader uboot needs a machine whose firmware is U-Boot",
            // iPXE has Multiboot in its BIOS builds only.
            QemuFirmware.Uefi when chain[^1] == LoaderKind.Ipxe && image.Protocol == BootProtocol.Multiboot =>
                "the loader ipxe boots multiboot on BIOS only, and its firmware is UEFI; let the chain end in grub",
            _ => null,
        };
    }

    private static string Show(IEnumerable<LoaderKind> chain) => string.Join(" → ", chain.Select(LegalWords.Of));
}
