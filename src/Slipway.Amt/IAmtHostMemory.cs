namespace Slipway.Amt;

/// <summary>What was learned about a host at an earlier contact, so that nothing is tried twice and a changed certificate is noticed.</summary>
/// <param name="Tls">Whether it was spoken to over TLS.</param>
/// <param name="CertificateSha256">The certificate seen then, 64 lower-case hex digits; null without TLS.</param>
public sealed record AmtHostFacts(bool Tls, string? CertificateSha256);

/// <summary>Keeps <see cref="AmtHostFacts"/> by host and base port. Any thread.</summary>
public interface IAmtHostMemory
{
    AmtHostFacts? Recall(string host, int basePort);

    void Remember(string host, int basePort, AmtHostFacts facts);
}
