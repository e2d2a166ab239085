using System.Text;

namespace Slipway.Netboot.Loaders;

/// <summary>Writes iPXE scripts, and gPXE's, which know neither labels nor jumps.</summary>
/// <remarks>iPXE expands <c>${name}</c> wherever it stands and has no way to quote it: <see cref="CanCarry"/> says so beforehand.</remarks>
public static class IpxeScript
{
    /// <summary>The name the script is served by.</summary>
    public const string FileName = "boot.ipxe";

    /// <summary>Whether iPXE would hand the image's strings to the kernel as they are.</summary>
    public static bool CanCarry(BootImage image) =>
        image.Modules.Append(image.Kernel).All(f => !f.Args.Contains("${", StringComparison.Ordinal) && !f.Args.Contains("  ", StringComparison.Ordinal));

    /// <param name="image">What to boot.</param>
    /// <param name="chain">The chain this iPXE is part of.</param>
    /// <param name="site">Our servers.</param>
    /// <param name="forGpxe">True for a gPXE: no labels, no <c>goto</c>.</param>
    public static string Write(BootImage image, BootChain chain, BootSite site, bool forGpxe)
    {
        var text = new StringBuilder(forGpxe ? "#!gpxe\n" : "#!ipxe\n");
        text.Append($"echo Slipway: {Plain(image.Name)} by {(forGpxe ? "gPXE" : "iPXE")}\n");
        string or = forGpxe ? "" : " || goto failed";
        switch (chain.After(LoaderProgram.Ipxe))
        {
            case LoaderProgram.Grub:
                // GRUB reads its own configuration over TFTP from the server inside its image; only the image comes by URL.
                text.Append($"chain {site.Url(GrubPlatform.For(chain.Platform)!.CoreName)}{or}\n");
                break;
            case LoaderProgram.Pxelinux:
                text.Append($"chain tftp://{site.Server}/pxelinux.0{or}\n");
                break;
            default:
                Kernel(text, image, chain, site, or);
                break;
        }
        if (!forGpxe)
        {
            text.Append(":failed\necho Slipway: iPXE could not go on; the firmware tries its next boot device\nexit 1\n");
        }
        return text.ToString();
    }

    private static void Kernel(StringBuilder text, BootImage image, BootChain chain, BootSite site, string or)
    {
        string args = image.Kernel.Args;
        bool uefi = chain.Platform is not ClientPlatform.X86Bios;
        // An EFI-stub kernel older than 5.8 finds its initrd only by this argument; newer ones read iPXE's file by device path and ignore it.
        if (uefi && image.Protocol == ImageProtocol.Linux)
            args = string.Join(' ', image.Modules.Select(m => "initrd=" + m.ServedName.Split('/')[^1]).Append(args)).TrimEnd();
        text.Append($"kernel {site.Url(image.Kernel.ServedName)}{Prefixed(args)}{or}\n");
        foreach (ImageFile module in image.Modules)
        {
            string verb = image.Protocol == ImageProtocol.Linux ? "initrd" : "module";
            text.Append($"{verb} {site.Url(module.ServedName)}{Prefixed(module.Args)}{or}\n");
        }
        text.Append($"boot{or}\n");
    }

    private static string Prefixed(string args) => args.Length == 0 ? "" : " " + args;

    private static string Plain(string text) => new([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or ' ' ? c : '_')]);
}
