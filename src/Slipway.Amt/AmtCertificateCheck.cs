using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Amt;

/// <summary>Decides whether a firmware's certificate is taken: the pinned one, one of the authority, any, one the system trusts, or the one seen first.</summary>
/// <param name="endpoint">What the lab says about trust.</param>
/// <param name="remembered">The certificate of an earlier contact, hex; null = none.</param>
/// <param name="hasMemory">Whether a first certificate can be remembered; without that, it cannot be told from a forged one the next time.</param>
/// <param name="time">Clock; certificates expire.</param>
/// <exception cref="AmtException">BadArgument: the authority's file cannot be read.</exception>
internal sealed class AmtCertificateCheck(AmtEndpoint endpoint, string? remembered, bool hasMemory, TimeProvider time)
{
    /// <summary>id-kp-serverAuth (RFC 5280 §4.2.1.12): a certificate that the same authority gave a user is none of a firmware's.</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection? _authority = endpoint.TrustedAuthorityFile is { } file ? ReadAuthority(endpoint, file) : null;

    /// <summary>The certificate that was shown, 64 lower-case hex digits.</summary>
    public string? Shown { get; private set; }

    /// <summary>Why it was refused; null when it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>.</summary>
    public bool Accept(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors)
    {
        Shown = shown is null ? null : Convert.ToHexStringLower(SHA256.HashData(shown.GetRawCertData()));
        Refusal = Shown is null ? "the firmware showed no certificate" : Judge(Shown, shown as X509Certificate2, sent, errors);
        return Refusal is null;
    }

    private string? Judge(string fingerprint, X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (endpoint.CertificateSha256 is { } pinned)
        {
            return Same(pinned, fingerprint) ? null
                : $"the certificate is {fingerprint}, and {pinned.ToLowerInvariant()} is pinned; if the firmware has a new one (a factory reset makes one), pin that, else somebody stands between";
        }

        if (_authority is not null) return JudgeByAuthority(_authority, fingerprint, certificate, sent);
        if (endpoint.AcceptAnyCertificate || errors == SslPolicyErrors.None) return null;
        if (remembered is null)
        {
            return hasMemory ? null
                : $"the certificate {fingerprint} is signed by nobody this computer trusts; pin it by this SHA-256 after comparing it with the firmware's, or name the authority that signed it";
        }

        return Same(remembered, fingerprint) ? null
            : $"the certificate has changed: it was {remembered} at an earlier contact and is {fingerprint} now; if that is expected (a factory reset makes a new one), pin the new one by its SHA-256, else somebody stands between";
    }

    // The name is not compared: firmware carries the one it was provisioned with, and is reached by address as often as by name.
    private string? JudgeByAuthority(X509Certificate2Collection authority, string fingerprint, X509Certificate2? certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        if (certificate is not null && chain.Build(certificate)) return null;
        string why = string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct());
        return $"the certificate {fingerprint} is not one of the authority in '{endpoint.TrustedAuthorityFile}' ({why})";
    }

    private static X509Certificate2Collection ReadAuthority(AmtEndpoint endpoint, string file)
    {
        var certificates = new X509Certificate2Collection();
        string trouble = "it holds none";
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            trouble = e.Message;
        }

        if (certificates.Count > 0) return certificates;
        throw new AmtException(AmtProblem.BadArgument, $"{endpoint}: the authority's file '{file}' must hold certificates in PEM form: {trouble}");
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
