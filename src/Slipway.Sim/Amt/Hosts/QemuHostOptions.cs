namespace Slipway.Sim.Amt.Hosts;

/// <summary>What the virtual PC is made of.</summary>
/// <param name="Directory">Of this machine alone, made if it is not there: its sockets and UEFI variables. Short, because the path of a unix socket may have 107 bytes.</param>
/// <param name="Firmware"><c>bios</c> (SeaBIOS on a <c>pc</c>) or <c>uefi</c> (OVMF on a <c>q35</c>).</param>
/// <param name="MemoryMiB">Memory; OVMF wants 128 at least.</param>
/// <param name="Netdev">The text of QEMU's <c>-netdev</c>, with <c>id=n0</c>; null = no network card.</param>
/// <param name="Mac">The card's address, <c>aa:bb:cc:dd:ee:ff</c>; null = QEMU's own.</param>
/// <param name="Nic">QEMU's name of the card: <c>virtio-net-pci</c>, <c>e1000</c>, …</param>
/// <param name="IpxeRom">The card carries QEMU's iPXE option ROM. Without it a <c>bios</c> PC cannot boot from the network, and a <c>uefi</c> one uses its own PXE client.</param>
/// <param name="ExtraArguments">More words for QEMU. A disk is a device with <c>id=hd0</c>: that is the one the boot source Disk means.</param>
public sealed record QemuHostOptions(
    string Directory, string Firmware, int MemoryMiB, string? Netdev, string? Mac, string Nic, bool IpxeRom, IReadOnlyList<string> ExtraArguments)
{
    internal const string Bios = "bios";
    internal const string Uefi = "uefi";

    // sun_path holds 108 bytes with its NUL (unix(7)); the longest of the names below is added to the directory.
    private const int MaxSocketPathBytes = 107;

    internal string ControlSocket => Path.Combine(Directory, "qmp");

    internal string SerialSocket => Path.Combine(Directory, "serial");

    internal string DisplaySocket => Path.Combine(Directory, "vnc");

    internal string MediumSocket => Path.Combine(Directory, "nbd");

    internal string UefiVariables => Path.Combine(Directory, "uefi-vars.fd");

    internal bool HasNic => Netdev is not null;

    internal bool HasDisk => ExtraArguments.Any(word => word.Split(',').Contains($"id={QemuArguments.DiskId}"));

    /// <exception cref="ArgumentException">Something QEMU would not understand.</exception>
    internal void Check()
    {
        if (Firmware is not (Bios or Uefi)) throw new ArgumentException($"the simulated PC's firmware is '{Firmware}'; it can be '{Bios}' or '{Uefi}'");
        if (MemoryMiB <= 0) throw new ArgumentException($"the simulated PC has {MemoryMiB} MiB of memory; give it at least 128");
        if (Netdev is not null && !Netdev.Split(',').Contains($"id={QemuArguments.NetdevId}"))
            throw new ArgumentException($"the simulated PC's netdev '{Netdev}' has no id={QemuArguments.NetdevId}; add it");
        if (System.Text.Encoding.UTF8.GetByteCount(SerialSocket) > MaxSocketPathBytes)
            throw new ArgumentException($"the simulated PC's directory '{Directory}' is too long for sockets ({MaxSocketPathBytes} bytes with their names); use a shorter one");
        // QEMU splits these paths at commas.
        if (Directory.Contains(',')) throw new ArgumentException($"the simulated PC's directory '{Directory}' contains a comma; use another");
    }
}
