using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;

namespace Slipway.Amt;

/// <summary>Starts TLS on a connection and says in the user's words why it failed.</summary>
/// <param name="endpoint">Which versions and certificates are allowed.</param>
/// <param name="time">Clock.</param>
internal sealed class AmtTlsHandshake(AmtEndpoint endpoint, TimeProvider time)
{
    /// <summary>RSA on a management engine takes a second or two.</summary>
    public static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Runs the handshake. The stream is closed when it fails.</summary>
    /// <exception cref="IOException">The firmware closed the connection in the middle; another attempt may do better.</exception>
    /// <exception cref="AmtException">TlsFailed, TlsTooOld, CertificateNotTrusted, TimedOut.</exception>
    public async Task<AmtLink> RunAsync(Stream plain, AmtCertificateCheck check, CancellationToken ct)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        using var deadline = new CancellationTokenSource(HandshakeDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await tls.AuthenticateAsClientAsync(Options(check), either.Token);
            return new AmtLink(tls, true, check.Shown, Name(tls.SslProtocol));
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (check.Refusal is { } refusal) throw new AmtException(AmtProblem.CertificateNotTrusted, $"{endpoint}: {refusal}", e);
            if (e is AuthenticationException) throw Explain(e);
            if (e is OperationCanceledException && !ct.IsCancellationRequested)
                throw new AmtException(AmtProblem.TimedOut, $"{endpoint}: the TLS handshake was not finished within {HandshakeDeadline.TotalSeconds:0} s", e);
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(AmtCertificateCheck check)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = endpoint.Host,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => check.Accept(certificate, chain, errors),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (endpoint.AllowOldTls) AllowOld(options);

        // Elsewhere the system alone decides about ciphers.
        if (OperatingSystem.IsLinux()) options.CipherSuitesPolicy = new CipherSuitesPolicy(AmtCipherSuites.For(endpoint.AllowOldTls));
        return options;
    }

    // "AllowNoEncryption" is the only way .NET has to set OpenSSL's security level 0, without which OpenSSL 3 refuses SHA-1 in the handshake
    // and thereby all of TLS 1.0 and 1.1. The explicit list of suites below it holds none without encryption.
    [SuppressMessage("Security", "CA5397:Do not use deprecated SslProtocols values", Justification = "Asked for, machine by machine.")]
    [SuppressMessage("Security", "CA5398:Avoid hardcoded SslProtocols values", Justification = "Asked for, machine by machine.")]
    private static void AllowOld(SslClientAuthenticationOptions options)
    {
#pragma warning disable SYSLIB0039, SYSLIB0040, CS0618
        options.EnabledSslProtocols |= SslProtocols.Tls | SslProtocols.Tls11;
        if (OperatingSystem.IsLinux()) options.EncryptionPolicy = EncryptionPolicy.AllowNoEncryption;
#pragma warning restore SYSLIB0039, SYSLIB0040, CS0618
    }

    private AmtException Explain(Exception e)
    {
        string said = Innermost(e).Message;
        bool Says(string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);

        // OpenSSL's words: for a ServerHello with an old version, and for the peer's alert 70.
        if (Says("unsupported protocol") || Says("alert protocol version"))
        {
            return new AmtException(AmtProblem.TlsTooOld, endpoint.AllowOldTls
                ? $"{endpoint}: the firmware and this computer have no TLS version in common, though TLS 1.0 is allowed; use the plain port ({said})"
                : $"{endpoint}: the firmware speaks only TLS 1.0/1.1 (firmware release 9 or older): set 'old-tls: yes' / --old-tls, or use the plain port ({said})", e);
        }

        if (Says("unsafe legacy renegotiation"))
        {
            return new AmtException(AmtProblem.TlsTooOld, $"{endpoint}: the firmware's TLS is older than secure renegotiation (RFC 5746), which OpenSSL requires: use the plain port, or run Slipway with an OPENSSL_CONF that sets 'Options = UnsafeLegacyServerConnect'", e);
        }

        string hint = !endpoint.AllowOldTls && (Says("handshake failure") || Says("internal error") || Says("key too small") || Says("legacy sigalg"))
            ? "; firmware of release 9 or older may need 'old-tls: yes' / --old-tls" : "";
        return new AmtException(AmtProblem.TlsFailed, $"{endpoint}: the TLS handshake failed ({said}){hint}", e);
    }

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);

    private static string Name(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => protocol.ToString() is "Tls11" ? "TLS 1.1" : "TLS 1.0",
    };
}
