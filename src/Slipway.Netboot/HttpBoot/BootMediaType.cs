namespace Slipway.Netboot.HttpBoot;

/// <summary>Media types that decide what UEFI HTTP boot does with a download (UEFI specification §24.7.3).</summary>
public static class BootMediaType
{
    /// <summary>Run as an EFI program.</summary>
    public const string Efi = "application/efi";

    /// <summary>Becomes a RAM disk with a CD image.</summary>
    public const string Iso = "application/vnd.efi-iso";

    /// <summary>Becomes a RAM disk with a disk image.</summary>
    public const string Img = "application/vnd.efi-img";

    /// <summary>Generated scripts and configuration.</summary>
    public const string Text = "text/plain; charset=utf-8";

    /// <summary>No special meaning.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>The media type that a file name asks for.</summary>
    public static string Of(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".efi" => Efi,
        ".iso" => Iso,
        ".img" => Img,
        ".ipxe" or ".cfg" or ".txt" => Text,
        _ => Bytes,
    };
}
