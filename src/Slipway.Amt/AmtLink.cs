namespace Slipway.Amt;

/// <summary>A port of the firmware.</summary>
public enum AmtPort
{
    /// <summary>WS-Management: base port, or + 1 with TLS.</summary>
    Web,

    /// <summary>SOL, IDE redirection, KVM: base port + 2, or + 3 with TLS.</summary>
    Redirection,
}

/// <summary>A connection to a firmware's port, plain or TLS.</summary>
/// <param name="Stream">Connected; owned by the link.</param>
/// <param name="Tls">Whether TLS is spoken.</param>
/// <param name="CertificateSha256">The firmware's certificate, 64 lower-case hex digits; null without TLS.</param>
/// <param name="Protocol">For people: "TLS 1.2", "plain".</param>
public sealed record AmtLink(Stream Stream, bool Tls, string? CertificateSha256, string Protocol) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

/// <summary>How a connection is made, for people.</summary>
/// <param name="Tls">Whether TLS is spoken.</param>
/// <param name="CertificateSha256">64 lower-case hex digits; null without TLS.</param>
/// <param name="Protocol">"TLS 1.2", "plain".</param>
public sealed record AmtLinkFacts(bool Tls, string? CertificateSha256, string Protocol);
