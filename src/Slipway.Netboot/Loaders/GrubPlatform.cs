namespace Slipway.Netboot.Loaders;

/// <summary>One of GRUB's platforms: where its modules lie and what a core image for netbooting needs.</summary>
/// <param name="Format">grub-mkimage's <c>-O</c>.</param>
/// <param name="ModuleDirectory">Directory name below GRUB's library directory.</param>
/// <param name="CoreName">The name our core image is served by.</param>
/// <param name="Package">Debian's package with the modules.</param>
/// <param name="Modules">What the core image holds, so that nothing but the configuration is fetched.</param>
public sealed record GrubPlatform(string Format, string ModuleDirectory, string CoreName, string Package, IReadOnlyList<string> Modules)
{
    private static readonly string[] Common =
        ["tftp", "http", "net", "normal", "linux", "echo", "test", "configfile", "chain", "boot", "halt", "reboot", "sleep", "regexp", "gzio", "minicmd", "true"];

    private static readonly string[] X86 = ["serial", "terminal", "multiboot", "multiboot2"];

    private static readonly GrubPlatform Bios = new("i386-pc-pxe", "i386-pc", "grub.pxe", "grub-pc-bin", ["pxe", .. Common, .. X86]);
    private static readonly GrubPlatform X64 = new("x86_64-efi", "x86_64-efi", "grubx64.efi", "grub-efi-amd64-bin", ["efinet", "efi_gop", "all_video", .. Common, .. X86]);
    private static readonly GrubPlatform Ia32 = new("i386-efi", "i386-efi", "grubia32.efi", "grub-efi-ia32-bin", ["efinet", "efi_gop", "all_video", .. Common, .. X86]);
    private static readonly GrubPlatform Arm64 = new("arm64-efi", "arm64-efi", "grubaa64.efi", "grub-efi-arm64-bin", ["efinet", "all_video", .. Common]);
    private static readonly GrubPlatform Arm32 = new("arm-efi", "arm-efi", "grubarm.efi", "grub-efi-arm-bin", ["efinet", "all_video", .. Common]);

    public bool IsEfi => Format.EndsWith("-efi", StringComparison.Ordinal);

    /// <summary>Null when GRUB does not run there.</summary>
    public static GrubPlatform? For(ClientPlatform platform) => platform switch
    {
        ClientPlatform.X86Bios => Bios,
        ClientPlatform.X64Uefi => X64,
        ClientPlatform.X86Uefi => Ia32,
        ClientPlatform.Arm64Uefi => Arm64,
        ClientPlatform.Arm32Uefi => Arm32,
        _ => null,
    };

    /// <summary>The platform whose core image has that name; null when none has.</summary>
    public static GrubPlatform? ByCoreName(string name) => Array.Find([Bios, X64, Ia32, Arm64, Arm32], p => p.CoreName == name);
}
