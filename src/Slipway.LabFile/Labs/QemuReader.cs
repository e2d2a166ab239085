using Slipway.LabFile.Values;

namespace Slipway.LabFile.Labs;

/// <summary>Reads <c>qemu:</c> of a machine.</summary>
internal static class QemuReader
{
    private const int LeastMemoryMiB = 8;
    private const int MostMemoryMiB = 1024 * 1024;
    private const int MostCpus = 255;

    public static QemuDescription Read(Section section)
    {
        var defaults = new QemuDescription();
        var firmware = section.Word("firmware", LegalWords.Firmware) ?? defaults.Firmware;
        var qemu = new QemuDescription
        {
            Firmware = firmware,
            MemoryMiB = section.MebiBytes("memory", LeastMemoryMiB, MostMemoryMiB) ?? defaults.MemoryMiB,
            Cpus = section.Number("cpus", 1, MostCpus) ?? defaults.Cpus,
            Cpu = section.Line("cpu"),
            IpxeRom = section.Boolean("ipxe-rom") ?? firmware == QemuFirmware.Bios,
            Nic = Nic(section) ?? defaults.Nic,
            Accel = section.Word("accel", LegalWords.Accelerations) == QemuAcceleration.Kvm ? "kvm" : "tcg",
            Args = section.Has("args") ? section.Command("args") ?? [] : [],
        };
        section.RejectUnknown();
        return qemu;
    }

    // It stands inside "-device NIC,netdev=…", where a comma would start another property.
    private static string? Nic(Section section) =>
        section.Scalar("nic") is var (scalar, text) && Section.CheckName(scalar, text, "QEMU NIC", section.Surroundings) ? text : null;
}
