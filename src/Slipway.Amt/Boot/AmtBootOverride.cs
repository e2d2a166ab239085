namespace Slipway.Amt.Boot;

/// <summary>What the next boot starts from.</summary>
public enum AmtBootTarget
{
    /// <summary>As the BIOS is set.</summary>
    None,
    Pxe,
    Disk,
    Cd,

    /// <summary>The BIOS' setup.</summary>
    BiosSetup,

    /// <summary>An EFI program or image by HTTPS (one-click recovery, release 15 and later, over TLS).</summary>
    Url,

    /// <summary>The redirected CD drive of an open IDE-R session.</summary>
    IderCd,

    /// <summary>The redirected floppy drive of an open IDE-R session.</summary>
    IderFloppy,
}

/// <summary>What the next boot is to be; it holds for one boot.</summary>
public sealed record AmtBootOverride
{
    public required AmtBootTarget Target { get; init; }

    /// <summary>With <see cref="AmtBootTarget.Url"/>: an https address.</summary>
    public string? Url { get; init; }

    /// <summary>The BIOS mirrors its screens to serial over LAN.</summary>
    public bool UseSol { get; init; }

    /// <summary>Which disk or CD, from 1; 0 = the first that boots. Not for PXE.</summary>
    public int MediaIndex { get; init; }

    /// <summary>Whether the firmware is spoken to over TLS, without which it refuses a URL.</summary>
    public bool IsTls { get; init; }
}

/// <summary>An override that is set and was read back.</summary>
/// <param name="SolMirrored">The BIOS will mirror its screens to serial over LAN.</param>
/// <param name="Notes">What could not be had, for people.</param>
public sealed record AmtBootOverrideResult(bool SolMirrored, IReadOnlyList<string> Notes);

/// <summary>AMT_BootSettingData, as far as a boot lab looks at it. Null: this release does not have the field.</summary>
public sealed record AmtBootSettings(bool? UseSol, bool? UseIder, bool? BiosSetup, int? MediaIndex, int? IderBootDevice);
