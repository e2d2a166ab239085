using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Amt;

namespace Slipway.LoopbackTests.Amt;

/// <summary>A port on 127.0.0.1 that does one thing with every connection, one after the other, and certificates for it.</summary>
internal sealed class TlsPeer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public TlsPeer(Func<Stream, CancellationToken, Task> serve)
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync(serve);
    }

    public int Connections { get; private set; }

    /// <summary>The listener's port is the TLS web port.</summary>
    public AmtEndpoint Endpoint => new()
    {
        Host = "127.0.0.1",
        Password = "Sl1pway!Lab",
        Tls = AmtTls.On,
        BasePort = ((IPEndPoint)_listener.LocalEndpoint).Port - 1,
    };

    public static X509Certificate2 SelfSigned(string name = "CN=amt")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(Yesterday, Tomorrow);
        return Usable(made);
    }

    public static X509Certificate2 Authority(out RSA key)
    {
        key = RSA.Create(2048);
        var request = new CertificateRequest("CN=lab authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Yesterday.AddDays(-1), Tomorrow.AddDays(1));
    }

    public static X509Certificate2 SignedBy(X509Certificate2 authority, string usage = "1.3.6.1.5.5.7.3.1")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=amt", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using X509Certificate2 made = request.Create(authority, Yesterday, Tomorrow, [1, 2, 3]);
        using X509Certificate2 whole = made.CopyWithPrivateKey(key);
        return Usable(whole);
    }

    public static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private static DateTimeOffset Yesterday => TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Tomorrow => TimeProvider.System.GetUtcNow().AddDays(1);

    // Through PFX, so that the key is where a server wants it.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);

    private async Task AcceptAsync(Func<Stream, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                try
                {
                    await serve(client.GetStream(), _stop.Token);
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client refused; that is what some tests want.
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }
}
