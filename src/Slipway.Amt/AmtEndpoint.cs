namespace Slipway.Amt;

/// <summary>Whether a host is spoken to over TLS.</summary>
public enum AmtTls
{
    /// <summary>Find out: the plain and the TLS port are tried together and TLS is taken when both answer; what was found is remembered.</summary>
    Auto,

    /// <summary>Plain only: ports 16992 and 16994.</summary>
    Off,

    /// <summary>TLS only: ports 16993 and 16995.</summary>
    On,
}

/// <summary>Where an AMT firmware is and how to log in. Immutable; its text form holds no password.</summary>
public sealed record AmtEndpoint
{
    /// <summary>Name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Digest user; <c>admin</c> is the one every firmware has.</summary>
    public string User { get; init; } = "admin";

    /// <summary>Never printed.</summary>
    public required string Password { get; init; }

    public AmtTls Tls { get; init; } = AmtTls.Auto;

    /// <summary>Port of the plain web service. The redirection port is always this + 2, the TLS ports 1 more than the plain ones.</summary>
    /// <remarks>Another value than 16992 is for firmware behind a forwarded port and for the simulator.</remarks>
    public int BasePort { get; init; } = 16992;

    /// <summary>SHA-256 of the certificate's DER form, 64 hex digits; null = not pinned.</summary>
    public string? CertificateSha256 { get; init; }

    /// <summary>File with the authority (PEM) whose certificates are trusted; null = the system's and, failing that, trust on first use through <see cref="IAmtHostMemory"/>.</summary>
    public string? TrustedAuthorityFile { get; init; }

    /// <summary>Take any certificate. Only for a closed network.</summary>
    public bool AcceptAnyCertificate { get; init; }

    /// <summary>Allow TLS 1.0 and 1.1 and their ciphers: firmware up to release 9 speaks nothing newer.</summary>
    public bool AllowOldTls { get; init; }

    /// <summary>Allow logging in with the password in clear on the redirection port, for firmware that offers nothing else.</summary>
    public bool AllowPlainTextLogin { get; init; }

    public override string ToString() => BasePort == 16992 ? Host : $"{Host} (base port {BasePort})";
}
