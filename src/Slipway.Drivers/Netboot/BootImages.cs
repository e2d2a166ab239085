using Slipway.LabFile;
using Slipway.Netboot;
using Slipway.Netboot.Loaders;

namespace Slipway.Drivers.Netboot;

/// <summary>Translates the lab file's images into what loaders see.</summary>
internal static class BootImages
{
    public static BootImage From(ImageDescription image)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var kernel = new ImageFile(image.Kernel, ServedName(Path.GetFileName(image.Kernel), "k", taken), image.Args);
        var modules = new List<ImageFile>();
        foreach (string initrd in image.Initrd)
            modules.Add(new ImageFile(initrd, ServedName(Path.GetFileName(initrd), $"m{modules.Count}", taken), ""));
        foreach (ModuleDescription module in image.Modules)
            modules.Add(new ImageFile(module.File, ServedName(module.Name, $"m{modules.Count}", taken), module.Args));
        ImageFile? tree = image.DeviceTree is { } path ? new ImageFile(path, ServedName(Path.GetFileName(path), "d", taken), "") : null;
        return new BootImage(image.Name, kernel, Protocol(image.Protocol), modules, tree);
    }

    public static IReadOnlyList<LoaderProgram> Forced(MachineDescription? machine, ImageDescription image)
    {
        IReadOnlyList<LoaderKind> forced = machine is { Loader.Count: > 0 } ? machine.Loader : image.Loader;
        return [.. forced.Select(kind => kind switch
        {
            LoaderKind.Pxelinux => LoaderProgram.Pxelinux,
            LoaderKind.Ipxe => LoaderProgram.Ipxe,
            LoaderKind.Grub => LoaderProgram.Grub,
            _ => LoaderProgram.UBoot,
        })];
    }

    // The plain name when it can stand in every loader's configuration and means nothing else there; below a directory of its own otherwise.
    private static string ServedName(string name, string directory, HashSet<string> taken)
    {
        string safe = new([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' ? c : '_')]);
        if (safe.Length is 0 or > 64 || safe.StartsWith('.') || safe.StartsWith('-')) safe = "file";
        bool ambiguous = LoaderCatalog.PackageOf(safe) is not null || GrubPlatform.ByCoreName(safe) is not null
            || safe is IpxeScript.FileName or UBootScript.FileName or "autoexec.ipxe" or "grub" or "pxelinux.cfg";
        string served = ambiguous || !taken.Add(safe) ? $"{directory}/{safe}" : safe;
        taken.Add(served);
        return served;
    }

    private static ImageProtocol Protocol(BootProtocol protocol) => protocol switch
    {
        BootProtocol.Linux => ImageProtocol.Linux,
        BootProtocol.Multiboot => ImageProtocol.Multiboot,
        _ => ImageProtocol.Multiboot2,
    };
}
