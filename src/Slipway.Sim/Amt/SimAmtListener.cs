using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sim.Amt;

/// <summary>The ports of one simulated firmware: opened and closed as its settings say.</summary>
public sealed class SimAmtListener : IAsyncDisposable
{
    private const int TlsOffset = 1;
    private const int RedirectionOffset = 2;
    private const int Ports = 4;
    private const int MostBasePort = 60000;
    private const int LeastBasePort = 20000;

    /// <summary>How soon a changed setting opens or closes a port.</summary>
    private static readonly TimeSpan SettingsPoll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(3650);

    private readonly SimAmtOptions _options;
    private readonly FirmwareState _state;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<SimPort> _ports = [];
    private readonly X509Certificate2? _certificate;
    private readonly Task _watching;

    /// <param name="options">Addresses and ports.</param>
    /// <param name="state">Settings that open and close ports.</param>
    /// <param name="web">Serves a connection of the web port.</param>
    /// <param name="redirection">Serves a connection of the redirection port.</param>
    /// <param name="rfb">Serves a connection of port 5900.</param>
    /// <exception cref="SocketException">A port is taken.</exception>
    public SimAmtListener(
        SimAmtOptions options, FirmwareState state,
        Func<Stream, CancellationToken, Task> web, Func<Stream, CancellationToken, Task> redirection, Func<Stream, CancellationToken, Task> rfb)
    {
        _options = options;
        _state = state;
        bool tls = options.Tls || state.Profile.TlsOnly;
        if (tls) _certificate = MakeCertificate();
        BasePort = options.BasePort != 0 ? options.BasePort : FindFree();
        if (!state.Profile.TlsOnly)
        {
            Add(BasePort, web, null, () => state.Reachable);
            Add(BasePort + RedirectionOffset, redirection, null, () => state is { Reachable: true, ListenerEnabled: true });
        }
        if (tls)
        {
            Add(BasePort + TlsOffset, web, _certificate, () => state.Reachable);
            Add(BasePort + RedirectionOffset + TlsOffset, redirection, _certificate, () => state is { Reachable: true, ListenerEnabled: true });
        }
        if (state.Profile.Port5900) Add(options.RfbPort, rfb, null, () => state is { Reachable: true, Port5900Enabled: true });
        foreach (SimPort port in _ports) port.Adjust();
        _watching = WatchAsync();
    }

    public int BasePort { get; }

    /// <summary>Of the self-made certificate, 64 lower-case hex digits; null without TLS.</summary>
    public string? CertificateSha256 => _certificate is null ? null : Convert.ToHexStringLower(SHA256.HashData(_certificate.RawDataMemory.Span));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        foreach (SimPort port in _ports) await port.DisposeAsync();
        _certificate?.Dispose();
        _stopping.Dispose();
    }

    private void Add(int number, Func<Stream, CancellationToken, Task> serve, X509Certificate2? certificate, Func<bool> isOpen) =>
        _ports.Add(new SimPort(new IPEndPoint(_options.Address, number), serve, Secure(certificate), isOpen, _state));

    private SslServerAuthenticationOptions? Secure(X509Certificate2? certificate)
    {
        if (certificate is null) return null;
        var options = new SslServerAuthenticationOptions { ServerCertificate = certificate };
#pragma warning disable SYSLIB0039, CA5397, CA5398 // What the firmware of that age speaks; where this computer forbids it, the handshake fails as it does there.
        if (_state.Profile.OldTls) options.EnabledSslProtocols = SslProtocols.Tls | SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397, CA5398
        return options;
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                foreach (SimPort port in _ports) port.Adjust();
                await Task.Delay(SettingsPoll, _state.Time, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Intel(R) AMT (simulated)", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = _state.Time.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now + CertificateLife);
        // SslStream wants a key that did not only live in memory.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private int FindFree()
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            int port = RandomNumberGenerator.GetInt32(LeastBasePort, MostBasePort);
            if (Enumerable.Range(port, Ports).All(IsFree)) return port;
        }
        throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    private bool IsFree(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(_options.Address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
