namespace Slipway.Netboot.Loaders;

/// <summary>Where the loader binaries of this computer lie: in directories of the user's, then in the distribution's places.</summary>
/// <param name="directories">The user's own directories, searched first.</param>
public sealed class LoaderCatalog(IReadOnlyList<string> directories)
{
    // Debian/Ubuntu first, then the layouts of Fedora, Arch and openSUSE.
    private static readonly string[] PxelinuxPlaces =
        ["/usr/lib/PXELINUX", "/usr/share/syslinux", "/usr/lib/syslinux/bios", "/usr/lib/syslinux"];

    private static readonly string[] ModulePlaces =
        ["/usr/lib/syslinux/modules/bios", "/usr/share/syslinux", "/usr/lib/syslinux/bios", "/usr/lib/syslinux"];

    private static readonly string[] IpxePlaces = ["/usr/lib/ipxe", "/usr/share/ipxe", "/usr/share/ipxe/x86_64"];

    private static readonly string[] GrubPlaces = ["/usr/lib/grub", "/usr/share/grub2", "/usr/share/grub"];

    private static readonly string[] IpxeNames = ["undionly.kpxe", "undionly.kkpxe", "ipxe.pxe", "ipxe.lkrn", "ipxe.efi", "snponly.efi"];

    private static readonly string[] PxelinuxNames = ["pxelinux.0", "lpxelinux.0"];

    /// <summary>The file of a loader or loader module; null when it is not on this computer.</summary>
    /// <param name="name">A base name, as loaders ask for it.</param>
    public string? Find(string name)
    {
        if (name.Contains('/') || PackageOf(name) is null) return null;
        IEnumerable<string> places = name switch
        {
            _ when PxelinuxNames.Contains(name) => PxelinuxPlaces,
            _ when IpxeNames.Contains(name) => IpxePlaces,
            _ => ModulePlaces,
        };
        return directories.Concat(places).Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>GRUB's module directory for a platform; null when it is not on this computer.</summary>
    public string? FindGrubModules(GrubPlatform platform) =>
        directories.Concat(GrubPlaces).Select(place => Path.Combine(place, platform.ModuleDirectory))
            .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "kernel.img")));

    /// <summary><c>grub-mkimage</c> (Fedora: <c>grub2-mkimage</c>); null when it is not on this computer.</summary>
    public static string? FindGrubMkimage() => FindProgram("grub-mkimage") ?? FindProgram("grub2-mkimage");

    /// <summary>The Debian package that has a loader file; null when the name is no loader's.</summary>
    public static string? PackageOf(string name) =>
        PxelinuxNames.Contains(name) ? "pxelinux"
        : IpxeNames.Contains(name) ? "ipxe"
        : name.EndsWith(".c32", StringComparison.Ordinal) || name == "memdisk" ? "syslinux-common"
        : null;

    /// <summary>What a chain link needs and this computer lacks, each with its package; empty when all is there.</summary>
    public IReadOnlyList<MissingLoader> Missing(LoaderProgram loader, ClientPlatform platform, ImageProtocol protocol, bool chainedFromPxelinux)
    {
        string[] files = loader switch
        {
            LoaderProgram.Pxelinux when protocol == ImageProtocol.Multiboot => ["pxelinux.0", "ldlinux.c32", "libcom32.c32", "mboot.c32"],
            LoaderProgram.Pxelinux => ["pxelinux.0", "ldlinux.c32"],
            LoaderProgram.Ipxe when chainedFromPxelinux => ["ipxe.lkrn"],
            LoaderProgram.Ipxe when platform == ClientPlatform.X86Bios => ["undionly.kpxe"],
            LoaderProgram.Ipxe => ["ipxe.efi"],
            _ => [],
        };
        var missing = new List<MissingLoader>();
        foreach (string file in files)
            if (Find(file) is null)
                missing.Add(new MissingLoader(file, PackageOf(file)!));
        if (loader == LoaderProgram.Grub && GrubPlatform.For(platform) is { } grub)
        {
            if (FindGrubModules(grub) is null) missing.Add(new MissingLoader($"GRUB's {grub.ModuleDirectory} modules", grub.Package));
            if (FindGrubMkimage() is null) missing.Add(new MissingLoader("grub-mkimage", "grub-common"));
        }
        return missing;
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/bin", "/usr/sbin"])
            .Where(directory => directory.Length > 0).Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}

/// <summary>A loader file this computer lacks.</summary>
/// <param name="File">What is missing, in words.</param>
/// <param name="Package">Debian's package that has it.</param>
public sealed record MissingLoader(string File, string Package)
{
    public override string ToString() => $"{File} (package {Package})";
}
