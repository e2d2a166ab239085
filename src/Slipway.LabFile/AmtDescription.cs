namespace Slipway.LabFile;

/// <summary>A machine's Intel AMT firmware (<c>amt:</c>): it gives power, console, screen and boot override, unless the machine names others.</summary>
public sealed record AmtDescription
{
    /// <summary>Name or address of the firmware; mostly the machine's own.</summary>
    public required string Host { get; init; }

    public string User { get; init; } = "admin";

    public required Secret Password { get; init; }

    public AmtTlsUse Tls { get; init; } = AmtTlsUse.Auto;

    /// <summary>Base port: the plain web service; TLS is one more, redirection two more. Default 16992.</summary>
    public int Port { get; init; } = 16992;

    /// <summary>SHA-256 of the firmware's certificate, 64 lower-case hex digits; null = not pinned.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the authority that signed the firmware's certificate; null = none of one's own.</summary>
    public string? Authority { get; init; }

    /// <summary>Take any certificate (<c>any-certificate</c>).</summary>
    public bool AnyCertificate { get; init; }

    /// <summary>Allow TLS 1.0 and 1.1 (<c>old-tls</c>): firmware up to release 9 speaks nothing newer.</summary>
    public bool OldTls { get; init; }

    /// <summary>Allow the redirection login with the password in clear (<c>plain-login</c>), for firmware that knows no other.</summary>
    public bool PlainLogin { get; init; }

    /// <summary>What the machine boots from when Slipway starts it.</summary>
    public AmtBootOrder BootOrder { get; init; } = AmtBootOrder.PxeOnce;
}

public enum AmtTlsUse
{
    /// <summary>Found out at the first contact and remembered.</summary>
    Auto,
    Yes,
    No,
}

public enum AmtBootOrder
{
    /// <summary>Network boot for the next boot only, by AMT's boot override.</summary>
    PxeOnce,

    /// <summary>As its BIOS is set; the boot override is not touched.</summary>
    Bios,
}
