using System.Text;

namespace Slipway.Netboot.Loaders;

/// <summary>Writes GRUB 2 configurations.</summary>
public static class GrubConfig
{
    /// <summary>The name the configuration is served by. The server knows the machine by its address, so one name serves all.</summary>
    public const string FileName = "grub/grub.cfg";

    /// <summary>The configuration inside a core image: fetch the real one, once, from this server.</summary>
    /// <remarks>GRUB would otherwise probe up to eleven names, a round trip each.</remarks>
    public static string Early(BootSite site) =>
        $"set root=(tftp,{site.Server})\nset prefix=(tftp,{site.Server})/grub\nconfigfile (tftp,{site.Server})/{FileName}\n";

    public static string Write(BootImage image, BootChain chain, BootSite site)
    {
        bool x86 = chain.Platform is ClientPlatform.X86Bios or ClientPlatform.X64Uefi or ClientPlatform.X86Uefi;
        bool bios = chain.Platform == ClientPlatform.X86Bios;
        var text = new StringBuilder();
        text.Append($"set timeout=0\nset root=(tftp,{site.Server})\n");
        if (x86)
        {
            // UEFI firmware mirrors its console to the serial port by itself: with both terminals every line would come twice.
            text.Append("if serial --unit=0 --speed=115200; then\n");
            text.Append(bios ? "  terminal_input serial console\n  terminal_output serial console\nfi\n" : "  terminal_input serial\n  terminal_output serial\nfi\n");
        }
        (string load, string add) = image.Protocol switch
        {
            ImageProtocol.Linux => ("linux", "initrd"),
            ImageProtocol.Multiboot => ("multiboot", "module"),
            _ => ("multiboot2", "module2"),
        };
        text.Append($"if {load} /{image.Kernel.ServedName}{Words(image.Kernel.Args)}; then\n  true\nelse\n");
        text.Append($"  echo 'Slipway: GRUB could not load {Plain(image.Kernel.ServedName)}'\n  sleep 10\nfi\n");
        if (image.Protocol == ImageProtocol.Linux)
        {
            if (image.Modules.Count > 0) text.Append($"initrd {string.Join(' ', image.Modules.Select(m => "/" + m.ServedName))}\n");
        }
        else
        {
            foreach (ImageFile module in image.Modules)
                // GRUB passes the arguments only, where mboot.c32 and iPXE put the name in front; kernels look for a name there.
                text.Append($"{add} /{module.ServedName} {Quote(module.ServedName.Split('/')[^1])}{Words(module.Args)}\n");
        }
        text.Append("boot\n");
        return text.ToString();
    }

    private static string Words(string args) =>
        string.Concat(args.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => " " + Quote(word)));

    // Single quotes keep everything but the quote itself; plain words stay readable.
    private static string Quote(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ',' or '=' or '/' or ':' or '+' or '@' or '%')
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Plain(string text) => text.Replace("'", "", StringComparison.Ordinal);
}
