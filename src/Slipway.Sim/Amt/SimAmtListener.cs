using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sim.Amt;

/// <summary>Where one simulated firmware listens.</summary>
public sealed record SimAmtListenerOptions
{
    /// <summary>Default 127.0.0.1: a simulated firmware has a known password.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The web port; its TLS twin, redirection and its TLS twin are the next three, as 16992 to 16995 are. Default 0 = four free ones.</summary>
    public int BasePort { get; init; }

    /// <summary>Open the plain ports, unless the profile has none.</summary>
    public bool Plain { get; init; } = true;

    /// <summary>Open the TLS ports; they always are when the profile has no others.</summary>
    public bool Tls { get; init; }

    /// <summary>There is a port for plain RFB (open only while the firmware's settings say so).</summary>
    public bool Rfb5900 { get; init; }

    /// <summary>Its number; 0 = a free one. Default 5900.</summary>
    public int RfbPort { get; init; } = 5900;
}

/// <summary>The ports of one simulated firmware: opened, closed and wrapped in TLS as its state and release say.</summary>
/// <remarks>
/// A port that is closed is really closed: connecting is refused. The state is looked at every <see cref="Look"/>, and at once by <see cref="Refresh"/>.
/// Disabling the listener or port 5900 leaves open connections alone; a firmware that is not reachable loses them.
/// </remarks>
public sealed class SimAmtListener : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly FirmwareState _state;
    private readonly List<SimPort> _ports = [];
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _refreshing = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _looking;
    private bool _disposed;

    private SimAmtListener(
        SimAmtListenerOptions options,
        FirmwareState state,
        Func<Stream, CancellationToken, Task> web,
        Func<Stream, CancellationToken, Task> redirection,
        Func<Stream, CancellationToken, Task> rfb)
    {
        _state = state;
        bool plain = options.Plain && !state.Profile.TlsOnly;
        bool tls = options.Tls || state.Profile.TlsOnly;
        Web = options.BasePort == 0 ? SimPort.FindFreeRun(options.Address, 4) : options.BasePort;
        SslServerAuthenticationOptions? tlsOptions = null;
        if (tls)
        {
            _certificate = MakeCertificate(state.Time);
            CertificateSha256 = Convert.ToHexStringLower(SHA256.HashData(_certificate.RawData));
            tlsOptions = new SslServerAuthenticationOptions { ServerCertificate = _certificate, EnabledSslProtocols = Protocols(state.Profile) };
        }
        if (plain)
        {
            Add(Web, null, web, s => s.Reachable);
            Add(Redirection, null, redirection, s => s.Reachable && s.ListenerEnabled);
        }
        if (tls)
        {
            Add(WebTls, tlsOptions, web, s => s.Reachable);
            Add(RedirectionTls, tlsOptions, redirection, s => s.Reachable && s.ListenerEnabled);
        }
        if (options.Rfb5900 && state.Profile.Port5900)
        {
            Rfb = options.RfbPort == 0 ? SimPort.FindFreeRun(options.Address, 1) : options.RfbPort;
            Add(Rfb, null, rfb, s => s.Reachable && s.Port5900Enabled);
        }
        try
        {
            foreach (SimPort port in _ports) port.Claim();
            Refresh();
        }
        catch
        {
            foreach (SimPort port in _ports) port.Close(cutConnections: true);
            _certificate?.Dispose();
            throw;
        }
        _looking = Task.Run(LookAsync);

        void Add(int number, SslServerAuthenticationOptions? portTls, Func<Stream, CancellationToken, Task> handler, Func<FirmwareState, bool> isOpen) =>
            _ports.Add(new SimPort(new IPEndPoint(options.Address, number), portTls, handler, isOpen, state.Faults.SleepyConnections, _failures.Enqueue));
    }

    /// <summary>16992's place; its TLS twin is the next.</summary>
    public int Web { get; }

    /// <summary>16993's place.</summary>
    public int WebTls => Web + 1;

    /// <summary>16994's place.</summary>
    public int Redirection => Web + 2;

    /// <summary>16995's place.</summary>
    public int RedirectionTls => Web + 3;

    /// <summary>5900's place; 0 = there is none.</summary>
    public int Rfb { get; }

    /// <summary>SHA-256 of the certificate (DER), lower-case hex; null without TLS.</summary>
    public string? CertificateSha256 { get; }

    /// <summary>What handlers threw that was not the end of a connection: mistakes of the simulator.</summary>
    public IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>Binds the ports and opens those that are to be open now.</summary>
    /// <param name="options">Where.</param>
    /// <param name="state">Says which ports are open; its clock is how often that is looked at.</param>
    /// <param name="web">Serves one connection of the web ports; the stream is closed when it returns.</param>
    /// <param name="redirection">Serves one connection of the redirection ports.</param>
    /// <param name="rfb">Serves one connection of port 5900.</param>
    /// <exception cref="SocketException">A port is taken, or the address is not of this computer.</exception>
    public static SimAmtListener Start(
        SimAmtListenerOptions options,
        FirmwareState state,
        Func<Stream, CancellationToken, Task> web,
        Func<Stream, CancellationToken, Task> redirection,
        Func<Stream, CancellationToken, Task> rfb) => new(options, state, web, redirection, rfb);

    /// <summary>Opens and closes ports as the state says now, before it returns.</summary>
    public void Refresh()
    {
        lock (_refreshing)
        {
            if (_disposed) return;
            foreach (SimPort port in _ports)
            {
                bool open, reachable;
                lock (_state.Lock)
                {
                    open = port.IsToBeOpen(_state);
                    reachable = _state.Reachable;
                }
                if (open) port.Open();
                else port.Close(cutConnections: !reachable);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _looking;
        lock (_refreshing) _disposed = true;
        foreach (SimPort port in _ports) await port.DisposeAsync();
        _certificate?.Dispose();
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Look, _state.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    Refresh();
                }
                catch (SocketException)
                {
                    // Somebody took the number while it was closed: tried again at the next look, as he may leave.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

#pragma warning disable CA5397, CA5398, SYSLIB0039 // Old firmware speaks nothing newer; that is what is simulated.
    private static SslProtocols Protocols(AmtProfile profile) => profile.OldTls ? SslProtocols.Tls | SslProtocols.Tls11 : SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5397, CA5398, SYSLIB0039

    private static X509Certificate2 MakeCertificate(TimeProvider time)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=AMT", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = time.GetUtcNow();
        // From yesterday: clocks of two computers differ.
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }
}
