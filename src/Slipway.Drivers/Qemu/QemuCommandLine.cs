using System.Globalization;
using Slipway.LabFile;

namespace Slipway.Drivers.Qemu;

/// <summary>The sockets and files of one virtual machine.</summary>
/// <param name="Directory">Of this machine alone, in the lab's runtime directory.</param>
internal sealed record QemuPlaces(string Directory)
{
    /// <summary>Control, for the process that holds the machine.</summary>
    public string Control => Path.Combine(Directory, "qmp");

    /// <summary>Control for everybody else (status, screen): a QMP socket serves one client at a time.</summary>
    public string Side => Path.Combine(Directory, "qmp2");

    public string Serial => Path.Combine(Directory, "serial");

    public string ProcessId => Path.Combine(Directory, "pid");

    /// <summary>QEMU's own messages.</summary>
    public string Log => Path.Combine(Directory, "qemu.log");

    /// <summary>The arguments the running QEMU was started with.</summary>
    public string Arguments => Path.Combine(Directory, "arguments");

    public string UefiVariables => Path.Combine(Directory, "uefi-vars.fd");

    public string RelaySocket => Path.Combine(Directory, "relay.sock");

    public string NetworkSocket => Path.Combine(Directory, "vm.sock");
}

/// <summary>Writes QEMU's command line. Pure.</summary>
internal static class QemuCommandLine
{
    /// <summary>Nehalem and not QEMU's <c>max</c>, which under TCG presents itself as AMD: a Xen dom0 then crashes at once, and tboot refuses.</summary>
    private const string DefaultX86Cpu = "Nehalem";
    private const string DefaultArmCpu = "cortex-a57";

    public static string Program(QemuFirmware firmware) => firmware == QemuFirmware.UBoot ? "qemu-system-aarch64" : "qemu-system-x86_64";

    /// <param name="machine">A virtual machine.</param>
    /// <param name="places">Its sockets.</param>
    /// <param name="netdev">QEMU's <c>-netdev</c> for id <c>n0</c>.</param>
    public static IReadOnlyList<string> Write(MachineDescription machine, QemuPlaces places, string netdev)
    {
        QemuDescription qemu = machine.Qemu!;
        string mac = machine.Mac.Spelt();
        var words = new List<string>
        {
            "-name", $"slipway-{machine.Name}", "-accel", qemu.Accel, "-m", qemu.MemoryMiB.ToString(CultureInfo.InvariantCulture),
            "-smp", qemu.Cpus.ToString(CultureInfo.InvariantCulture), "-nodefaults", "-display", "none",
        };
        switch (qemu.Firmware)
        {
            case QemuFirmware.Bios:
                // Not graphics=off: firmware text would fill the serial line of a machine that has a screen, and PXELINUX would print twice.
                words.AddRange(["-machine", "pc", "-cpu", qemu.Cpu ?? DefaultX86Cpu, "-vga", "std"]);
                break;
            case QemuFirmware.Uefi:
                words.AddRange(["-machine", "q35", "-cpu", qemu.Cpu ?? DefaultX86Cpu, "-vga", "std"]);
                words.AddRange(["-drive", $"if=pflash,format=raw,unit=0,readonly=on,file={QemuFiles.UefiCode}"]);
                words.AddRange(["-drive", $"if=pflash,format=raw,unit=1,file={places.UefiVariables}"]);
                break;
            default:
                words.AddRange(["-machine", "virt", "-cpu", qemu.Cpu ?? DefaultArmCpu, "-bios", QemuFiles.UBootArm64]);
                break;
        }
        // An empty romfile is the only way to see the firmware's own PXE client: QEMU's option ROMs are all iPXE.
        string rom = qemu.IpxeRom ? "" : ",romfile=";
        words.AddRange(["-netdev", netdev, "-device", $"{qemu.Nic},netdev=n0,mac={mac},bootindex=1{rom}"]);
        words.AddRange(["-chardev", $"socket,id=s0,path={places.Serial},server=on,wait=off", "-serial", "chardev:s0"]);
        words.AddRange(["-qmp", $"unix:{places.Control},server=on,wait=off", "-qmp", $"unix:{places.Side},server=on,wait=off"]);
        // A guest that switches itself off stays a machine that is off; a guest that panics stays to be looked at.
        words.AddRange(["-action", "shutdown=pause,reboot=reset,panic=pause", "-S", "-daemonize", "-pidfile", places.ProcessId]);
        words.AddRange(qemu.Args);
        return words;
    }
}
