using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.LabFile;

/// <summary>Everything one lab file describes, checked and immutable.</summary>
/// <remarks>Paths are absolute: relative ones were resolved against the file that names them, and a leading <c>~/</c> against the home directory.</remarks>
public sealed record LabDescription
{
    /// <summary>The lab's name (<c>lab:</c>), letters, digits and dashes; names the virtual network and the state directory.</summary>
    public required string Name { get; init; }

    /// <summary>The lab file itself, absolute.</summary>
    public required string Path { get; init; }

    public required NetworkDescription Network { get; init; }

    public IReadOnlyDictionary<string, ImageDescription> Images { get; init; } = new Dictionary<string, ImageDescription>();

    public IReadOnlyDictionary<string, MachineDescription> Machines { get; init; } = new Dictionary<string, MachineDescription>();

    /// <summary>Directories of the user's own that are served read-only under their last path part (<c>files:</c>).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Places searched for loader binaries before the distribution's (<c>loaders:</c>); directories.</summary>
    public IReadOnlyList<string> LoaderDirectories { get; init; } = [];

    /// <summary>Crash patterns added to the built-in ones for every run of this lab (<c>crash:</c>).</summary>
    public IReadOnlyList<string> CrashPatterns { get; init; } = [];
}

/// <summary>The network the lab's machines boot from.</summary>
public sealed record NetworkDescription
{
    /// <summary>The interface name, or <c>virtual</c> for a namespace and bridge of the lab's own.</summary>
    public required string Interface { get; init; }

    /// <summary>True when <see cref="Interface"/> is <c>virtual</c>.</summary>
    public bool IsVirtual => Interface == VirtualInterface;

    public const string VirtualInterface = "virtual";

    /// <summary>Our own address on that interface. A virtual network is given it (default 10.77.0.1); a real interface must have it already (null = its first IPv4 address).</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Prefix length of <see cref="Address"/>, 8 to 30. Null when the interface's own is used.</summary>
    public int? PrefixLength { get; init; }

    public DhcpDescription Dhcp { get; init; } = new();

    /// <summary>TCP port of the boot files over HTTP; 0 = no HTTP. Default 8069.</summary>
    public int HttpPort { get; init; } = 8069;

    /// <summary>Whether IPv6 router advertisements are sent (<c>router-advertisement:</c>). On by default: iPXE otherwise waits 13 s for one in every boot.</summary>
    public bool RouterAdvertisement { get; init; } = true;
}

/// <summary>How addresses are given out.</summary>
public sealed record DhcpDescription
{
    public DhcpMode Mode { get; init; } = DhcpMode.Full;

    /// <summary>First dynamic address; null = no dynamic range.</summary>
    public IPAddress? RangeFirst { get; init; }

    /// <summary>Last dynamic address, inclusive.</summary>
    public IPAddress? RangeLast { get; init; }

    public IPAddress? Router { get; init; }

    public IReadOnlyList<IPAddress> Dns { get; init; } = [];

    public string? Domain { get; init; }

    /// <summary>Lease length (<c>lease:</c>). Default one hour; 2 minutes to 30 days.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(1);

    public UnknownMachines Unknown { get; init; } = UnknownMachines.Ignore;
}

public enum DhcpMode
{
    /// <summary>We give addresses and boot data.</summary>
    Full,

    /// <summary>Another server gives addresses; we add boot data (proxyDHCP, port 4011).</summary>
    Proxy,

    /// <summary>No DHCP at all: only TFTP and HTTP.</summary>
    Off,
}

/// <summary>What happens to a client whose MAC no machine has.</summary>
public enum UnknownMachines
{
    /// <summary>Not answered, not listed.</summary>
    Ignore,

    /// <summary>Seen and listed, not answered.</summary>
    Record,

    /// <summary>Answered, and given what <c>slipway netboot</c> offers to anybody.</summary>
    Boot,
}

/// <summary>What to boot.</summary>
public sealed record ImageDescription
{
    public required string Name { get; init; }

    /// <summary>The kernel file, absolute. It may not exist yet.</summary>
    public required string Kernel { get; init; }

    public required BootProtocol Protocol { get; init; }

    /// <summary>Kernel command line, exactly as given; empty when none.</summary>
    public string Args { get; init; } = "";

    /// <summary>Initial RAM disks in order (<see cref="BootProtocol.Linux"/> only), absolute.</summary>
    public IReadOnlyList<string> Initrd { get; init; } = [];

    /// <summary>Boot modules in order (multiboot only).</summary>
    public IReadOnlyList<ModuleDescription> Modules { get; init; } = [];

    /// <summary>Device tree blob (U-Boot only), absolute.</summary>
    public string? DeviceTree { get; init; }

    /// <summary>The loaders to go through, in order; empty = the shortest chain that can boot the image.</summary>
    public IReadOnlyList<LoaderKind> Loader { get; init; } = [];

    /// <summary>Crash patterns of this image (<c>crash:</c>), added to the built-in ones.</summary>
    public IReadOnlyList<string> CrashPatterns { get; init; } = [];

    /// <summary>A regular expression for the line the kernel prints first after power-on; a second one is an unasked reset. Null = the built-in banners.</summary>
    public string? Banner { get; init; }

    /// <summary>Where the image stands in the lab file, <c>file:line:column</c>; for messages.</summary>
    public string Where { get; init; } = "";
}

public enum BootProtocol
{
    /// <summary>bzImage or arm64 Image with initrd and command line.</summary>
    Linux,

    /// <summary>Multiboot 1.</summary>
    Multiboot,

    /// <summary>Multiboot 2.</summary>
    Multiboot2,
}

/// <summary>A boot module: a file and the string the kernel gets with it.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="Name">First word of the module string; the file's base name unless the lab file says otherwise.</param>
/// <param name="Args">The rest of the module string; empty when none.</param>
public sealed record ModuleDescription(string File, string Name, string Args);

/// <summary>A program that loads an image or the next loader.</summary>
public enum LoaderKind
{
    Pxelinux,
    Ipxe,
    Grub,
    UBoot,
}

/// <summary>A thing that boots.</summary>
public sealed record MachineDescription
{
    public required string Name { get; init; }

    /// <summary>The MAC of the NIC it boots from. A virtual machine without <c>mac:</c> gets a stable one made from lab and machine name.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>Fixed address; null = from the dynamic range.</summary>
    public IPAddress? Ip { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Name of the image it boots when nothing else is said; null = none.</summary>
    public string? Image { get; init; }

    /// <summary>Loader chain forced for this machine; empty = the image's, or the shortest.</summary>
    public IReadOnlyList<LoaderKind> Loader { get; init; } = [];

    /// <summary>The virtual machine's make; null when it is not one. Beside <see cref="Amt"/> it is what <c>slipway sim amt</c> puts behind its simulated firmware.</summary>
    public QemuDescription? Qemu { get; init; }

    /// <summary>Its Intel AMT firmware; null when it has none. It gives power, console and screen where <see cref="Power"/> and <see cref="Console"/> do not.</summary>
    public AmtDescription? Amt { get; init; }

    /// <summary>Power by programs; null when <see cref="Qemu"/> or <see cref="Amt"/> gives it or there is none.</summary>
    public CommandPowerDescription? Power { get; init; }

    /// <summary>A console that is another program's standard input and output; null when <see cref="Qemu"/> or <see cref="Amt"/> gives it or there is none.</summary>
    public CommandConsoleDescription? Console { get; init; }

    /// <summary>Where the machine stands in the lab file, <c>file:line:column</c>; for messages.</summary>
    public string Where { get; init; } = "";
}

/// <summary>A QEMU virtual machine (<c>qemu:</c>).</summary>
public sealed record QemuDescription
{
    public QemuFirmware Firmware { get; init; } = QemuFirmware.Bios;

    /// <summary>Memory in MiB, 8 to 1,048,576. Default 256.</summary>
    public int MemoryMiB { get; init; } = 256;

    /// <summary>Virtual processors, 1 to 255. Default 1.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>QEMU's <c>-cpu</c>; null = the driver's default for the architecture.</summary>
    public string? Cpu { get; init; }

    /// <summary>Whether the NIC has an iPXE option ROM (<c>ipxe-rom:</c>). True by default for BIOS, false for UEFI and U-Boot.</summary>
    public bool IpxeRom { get; init; } = true;

    /// <summary>NIC model, a QEMU device name. Default <c>virtio-net-pci</c>.</summary>
    public string Nic { get; init; } = "virtio-net-pci";

    /// <summary>Acceleration: <c>tcg</c> (default) or <c>kvm</c>. KVM is never guessed: the device file proves nothing.</summary>
    public string Accel { get; init; } = "tcg";

    /// <summary>Arguments added to QEMU's command line as they stand (<c>args:</c>).</summary>
    public IReadOnlyList<string> Args { get; init; } = [];
}

public enum QemuFirmware
{
    /// <summary>SeaBIOS, x86.</summary>
    Bios,

    /// <summary>OVMF, x86-64.</summary>
    Uefi,

    /// <summary>U-Boot, arm64.</summary>
    UBoot,
}

/// <summary>Power by any program (<c>power: { driver: command, … }</c>). A command is a program and its arguments, never a shell line.</summary>
public sealed record CommandPowerDescription
{
    public IReadOnlyList<string>? On { get; init; }
    public IReadOnlyList<string>? Off { get; init; }

    /// <summary>Off, then on. Null = the off command, a pause, the on command.</summary>
    public IReadOnlyList<string>? Cycle { get; init; }

    /// <summary>Reset without power loss; null = not possible.</summary>
    public IReadOnlyList<string>? Reset { get; init; }

    /// <summary>Prints <c>on</c> or <c>off</c> as its last word, or exits 0 for on and 1 for off when it prints nothing.</summary>
    public IReadOnlyList<string>? Status { get; init; }

    /// <summary>Environment added for the commands; values may be secrets.</summary>
    public IReadOnlyDictionary<string, Secret> Environment { get; init; } = new Dictionary<string, Secret>();

    /// <summary>How long one command may take (<c>timeout:</c>). Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A console reached through any program (<c>console: { driver: command, command: […] }</c>): its standard output is the console, its standard input the keyboard.</summary>
public sealed record CommandConsoleDescription
{
    public required IReadOnlyList<string> Command { get; init; }

    public IReadOnlyDictionary<string, Secret> Environment { get; init; } = new Dictionary<string, Secret>();
}
