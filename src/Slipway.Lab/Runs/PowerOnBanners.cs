using System.Text.RegularExpressions;
using Slipway.LabFile;

namespace Slipway.Lab.Runs;

/// <summary>Who prints a banner.</summary>
public enum BannerOrigin
{
    /// <summary>SeaBIOS, U-Boot, iPXE.</summary>
    Firmware,

    /// <summary>A kernel or hypervisor we know; it may also be printed by its log reader.</summary>
    Kernel,

    /// <summary>The image's own <c>banner:</c>.</summary>
    Image,
}

/// <summary>What firmware, hypervisors and kernels print first after power-on, at the start of a line.</summary>
public sealed class PowerOnBanners
{
    private static readonly (string Kind, BannerOrigin Origin, string Pattern)[] Known =
    [
        ("SeaBIOS", BannerOrigin.Firmware, @"^SeaBIOS \(version"),
        ("U-Boot", BannerOrigin.Firmware, @"^U-Boot (SPL )?20[0-9][0-9]\.[0-9]"),
        ("iPXE", BannerOrigin.Firmware, @"^iPXE [0-9]+\.[0-9]+"),
        ("Linux", BannerOrigin.Kernel, @"^(\[ *0\.[0-9]+\] )?Linux version [0-9]"),
        ("Xen", BannerOrigin.Kernel, @"^\(XEN\) (\[[^]]*\] )?Xen version [0-9]"),
        ("NOVA", BannerOrigin.Kernel, @"^(\[ *[0-9]+\] )?Hypervisor NOVA "),
        ("base-hw", BannerOrigin.Kernel, @"^kernel initialized"),
        ("L4", BannerOrigin.Kernel, @"^L4 Bootstrapper"),
        ("seL4", BannerOrigin.Kernel, @"^Booting all finished, dropped to user space"),
        ("FreeBSD", BannerOrigin.Kernel, @"^Copyright \(c\) 1992-[0-9]+ The FreeBSD Project"),
    ];

    private static readonly (string Kind, BannerOrigin Origin, Regex Pattern)[] BuiltIn =
        [.. Known.Select(k => (k.Kind, k.Origin, new Regex(k.Pattern, RegexOptions.CultureInvariant)))];

    private readonly IReadOnlyList<(string Kind, BannerOrigin Origin, Regex Pattern)> _banners;

    /// <param name="own">The image's own banner; null = the built-in ones only.</param>
    public PowerOnBanners(string? own) =>
        _banners = own is null ? BuiltIn : [("the image's banner", BannerOrigin.Image, ConsolePattern.Compile(own)), .. BuiltIn];

    /// <summary>Which banner a line is; null when it is none.</summary>
    public (string Kind, BannerOrigin Origin)? Find(string line)
    {
        foreach ((string kind, BannerOrigin origin, Regex pattern) in _banners)
            if (pattern.IsMatch(line)) return (kind, origin);
        return null;
    }
}
