using Slipway.LabFile;

namespace Slipway.Drivers.Qemu;

/// <summary>Where Debian and Ubuntu keep the firmware of virtual machines.</summary>
internal static class QemuFiles
{
    public const string UefiCode = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    public const string UefiVariables = "/usr/share/OVMF/OVMF_VARS_4M.fd";
    public const string UBootArm64 = "/usr/lib/u-boot/qemu_arm64/u-boot.bin";
    public const string BiosRom = "/usr/lib/ipxe/qemu/pxe-virtio.rom";
}

/// <summary>What a virtual machine needs of this computer.</summary>
public static class QemuRequirements
{
    /// <summary>What is missing, each with Debian's package; empty when all is there.</summary>
    public static IReadOnlyList<(string What, string Package)> Missing(QemuDescription qemu)
    {
        var missing = new List<(string, string)>();
        string program = QemuCommandLine.Program(qemu.Firmware);
        if (ProgramPath.Find(program) is null) missing.Add((program, qemu.Firmware == QemuFirmware.UBoot ? "qemu-system-arm" : "qemu-system-x86"));
        switch (qemu.Firmware)
        {
            case QemuFirmware.Uefi:
                Need(QemuFiles.UefiCode, "ovmf");
                Need(QemuFiles.UefiVariables, "ovmf");
                break;
            case QemuFirmware.UBoot:
                Need(QemuFiles.UBootArm64, "u-boot-qemu");
                break;
            default:
                if (qemu.IpxeRom) Need(QemuFiles.BiosRom, "ipxe-qemu");
                break;
        }
        return missing;

        void Need(string file, string package)
        {
            if (!File.Exists(file)) missing.Add((file, package));
        }
    }
}
