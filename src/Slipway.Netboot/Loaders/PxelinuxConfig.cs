using System.Text;

namespace Slipway.Netboot.Loaders;

/// <summary>Writes PXELINUX configurations; U-Boot's <c>pxe boot</c> reads the same language.</summary>
public static class PxelinuxConfig
{
    /// <summary>What PXELINUX is given at its place in the chain.</summary>
    public static string Write(BootImage image, BootChain chain, BootSite site)
    {
        var text = new StringBuilder();
        // First line by PXELINUX's own rule: what is printed before it does not reach the serial line.
        text.Append("SERIAL 0 115200\n");
        text.Append("DEFAULT slipway\nPROMPT 0\nTIMEOUT 0\nLABEL slipway\n");
        switch (chain.After(LoaderProgram.Pxelinux))
        {
            case LoaderProgram.Ipxe:
                // A command after APPEND runs instead of autoboot, so this iPXE cannot be led in a circle by its own DHCP answer.
                text.Append($"  LINUX ipxe.lkrn\n  APPEND dhcp && chain {site.Url(IpxeScript.FileName)}\n");
                break;
            case LoaderProgram.Grub:
                text.Append($"  PXE {GrubPlatform.For(chain.Platform)!.CoreName}\n");
                break;
            default:
                Kernel(text, image);
                break;
        }
        return text.ToString();
    }

    /// <summary>What U-Boot's <c>pxe boot</c> is given.</summary>
    public static string WriteForUBoot(BootImage image)
    {
        var text = new StringBuilder("DEFAULT slipway\nPROMPT 0\nTIMEOUT 0\nLABEL slipway\n");
        text.Append($"  KERNEL {image.Kernel.ServedName}\n");
        if (image.Modules.Count > 0) text.Append($"  INITRD {image.Modules[0].ServedName}\n");
        if (image.DeviceTree is { } tree) text.Append($"  FDT {tree.ServedName}\n");
        if (image.Kernel.Args.Length > 0) text.Append($"  APPEND {image.Kernel.Args}\n");
        return text.ToString();
    }

    private static void Kernel(StringBuilder text, BootImage image)
    {
        if (image.Protocol == ImageProtocol.Multiboot)
        {
            // COM32, because the kernel's own name after KERNEL would be judged by its extension (.bin = boot sector).
            text.Append("  COM32 mboot.c32\n  APPEND ").Append(image.Kernel.ServedName);
            Args(text, image.Kernel.Args);
            foreach (ImageFile module in image.Modules)
            {
                text.Append(" --- ").Append(module.ServedName);
                Args(text, module.Args);
            }
            text.Append('\n');
            return;
        }
        text.Append($"  LINUX {image.Kernel.ServedName}\n");
        if (image.Modules.Count > 0) text.Append($"  INITRD {string.Join(',', image.Modules.Select(m => m.ServedName))}\n");
        // "-" alone would mean: drop the global APPEND. Nothing is the same and cannot be misread.
        if (image.Kernel.Args.Length > 0) text.Append($"  APPEND {image.Kernel.Args}\n");
    }

    private static void Args(StringBuilder text, string args)
    {
        if (args.Length > 0) text.Append(' ').Append(args);
    }
}
