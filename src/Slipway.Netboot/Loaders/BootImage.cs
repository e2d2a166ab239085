namespace Slipway.Netboot.Loaders;

/// <summary>How a kernel wants to be loaded.</summary>
public enum ImageProtocol
{
    Linux,
    Multiboot,
    Multiboot2,
}

/// <summary>What is to be booted, as the loaders see it: names to ask for and strings to pass.</summary>
/// <param name="Name">The image's name, for people.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Protocol">How it is loaded.</param>
/// <param name="Modules">Boot modules (multiboot) or initial RAM disks (Linux), in order.</param>
/// <param name="DeviceTree">Device tree for U-Boot; null = the board's own.</param>
public sealed record BootImage(
    string Name, ImageFile Kernel, ImageProtocol Protocol, IReadOnlyList<ImageFile> Modules, ImageFile? DeviceTree)
{
    /// <summary>The file served under <paramref name="name"/>; null when it is none of this image's.</summary>
    public ImageFile? Find(string name) =>
        Kernel.ServedName == name ? Kernel
        : DeviceTree?.ServedName == name ? DeviceTree
        : Modules.FirstOrDefault(m => m.ServedName == name);
}

/// <summary>One file of an image.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="ServedName">The name loaders ask for it by: as near to its own name as possible, because mboot.c32 and iPXE pass that name to the kernel as the first word of the string.</param>
/// <param name="Args">Kernel command line, or what follows the name in a module string.</param>
public sealed record ImageFile(string Path, string ServedName, string Args);
