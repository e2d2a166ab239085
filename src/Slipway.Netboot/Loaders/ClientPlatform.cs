using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Loaders;

/// <summary>The kind of firmware a loader must be made for.</summary>
public enum ClientPlatform
{
    /// <summary>An architecture we have no loader for.</summary>
    Unsupported,
    X86Bios,
    X86Uefi,
    X64Uefi,
    Arm32Uefi,
    Arm64Uefi,
    Arm32UBoot,
    Arm64UBoot,
}

/// <summary>Names of platforms, and which one a client is.</summary>
public static class ClientPlatforms
{
    public static ClientPlatform Of(BootClient client) => client.Kind switch
    {
        // A BOOTP client names no architecture; those that still boot so are PC ROMs.
        ClientKind.Bootp => ClientPlatform.X86Bios,
        _ => client.Architecture switch
        {
            // RFC 4578 says the option is compulsory for PXE, yet early ROMs leave it out; they are all BIOS.
            null => ClientPlatform.X86Bios,
            ClientArchitecture.X86Bios or ClientArchitecture.X86BiosHttp => ClientPlatform.X86Bios,
            ClientArchitecture.X86Uefi or ClientArchitecture.X86UefiHttp => ClientPlatform.X86Uefi,
            ClientArchitecture.X64Uefi or ClientArchitecture.X64UefiHttp => ClientPlatform.X64Uefi,
            // "EFI byte code" is what some x64 firmware says of itself.
            ClientArchitecture.EfiByteCode or ClientArchitecture.EfiByteCodeHttp => ClientPlatform.X64Uefi,
            ClientArchitecture.Arm32Uefi or ClientArchitecture.Arm32UefiHttp => ClientPlatform.Arm32Uefi,
            ClientArchitecture.Arm64Uefi or ClientArchitecture.Arm64UefiHttp => ClientPlatform.Arm64Uefi,
            ClientArchitecture.Arm32UBoot or ClientArchitecture.Arm32UBootHttp or ClientArchitecture.OldUBootArm => ClientPlatform.Arm32UBoot,
            ClientArchitecture.Arm64UBoot or ClientArchitecture.Arm64UBootHttp => ClientPlatform.Arm64UBoot,
            _ => ClientPlatform.Unsupported,
        },
    };

    /// <summary>In words, for the timeline.</summary>
    public static string Spelt(this ClientPlatform platform) => platform switch
    {
        ClientPlatform.X86Bios => "x86 BIOS",
        ClientPlatform.X86Uefi => "ia32 UEFI",
        ClientPlatform.X64Uefi => "x64 UEFI",
        ClientPlatform.Arm32Uefi => "arm32 UEFI",
        ClientPlatform.Arm64Uefi => "arm64 UEFI",
        ClientPlatform.Arm32UBoot => "arm32 U-Boot",
        ClientPlatform.Arm64UBoot => "arm64 U-Boot",
        _ => "an architecture Slipway has no loader for",
    };
}
