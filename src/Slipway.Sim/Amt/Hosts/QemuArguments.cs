using System.Globalization;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>Writes the virtual PC's command line. Pure.</summary>
internal static class QemuArguments
{
    public const string Program = "qemu-system-x86_64";
    public const string UefiCode = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    public const string UefiVariables = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    public const string NetdevId = "n0";
    public const string NicId = "nic0";
    public const string DiskId = "hd0";
    public const string CdId = "cd0";

    /// <summary>An Intel, as a PC with AMT is; TCG's <c>max</c> presents itself as AMD.</summary>
    private const string Cpu = "Nehalem";

    public static IReadOnlyList<string> Write(QemuHostOptions options)
    {
        var words = new List<string>
        {
            "-name", "slipway-sim", "-accel", "tcg", "-cpu", Cpu, "-m", options.MemoryMiB.ToString(CultureInfo.InvariantCulture),
            "-nodefaults", "-display", "none", "-vga", "std",
        };
        bool isUefi = options.Firmware == QemuHostOptions.Uefi;
        words.AddRange(["-machine", isUefi ? "q35" : "pc"]);
        // Strict: a device without a bootindex is not booted from. That is how "stay in the firmware" can be said.
        words.AddRange(["-boot", "strict=on"]);
        if (isUefi)
        {
            words.AddRange(["-drive", $"if=pflash,format=raw,unit=0,readonly=on,file={UefiCode}"]);
            words.AddRange(["-drive", $"if=pflash,format=raw,unit=1,file={options.UefiVariables}"]);
        }
        // pc: master of the second channel; q35: a SATA port of the middle. Disks of the extra arguments get the first ones.
        words.AddRange(["-device", $"ide-cd,id={CdId},bus={(isUefi ? "ide.2" : "ide.1")}"]);
        if (options.Netdev is not null)
        {
            string mac = options.Mac is null ? "" : $",mac={options.Mac}";
            string rom = options.IpxeRom ? "" : ",romfile=";
            words.AddRange(["-netdev", options.Netdev, "-device", $"{options.Nic},id={NicId},netdev={NetdevId}{mac}{rom}"]);
        }
        // QEMU calls us: when both are connected, all else is there, and nobody has to look for a file again and again.
        words.AddRange(["-chardev", $"socket,id=s0,path={options.SerialSocket},server=off", "-serial", "chardev:s0"]);
        words.AddRange(["-qmp", $"unix:{options.ControlSocket},server=off"]);
        words.AddRange(["-vnc", $"unix:{options.DisplaySocket},share=ignore"]);
        // A guest that switches itself off stays a machine that is off; -S: it is off at first.
        words.AddRange(["-action", "shutdown=pause,reboot=reset,panic=pause", "-S"]);
        words.AddRange(options.ExtraArguments);
        return words;
    }
}
