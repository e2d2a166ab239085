using System.Net.Sockets;

namespace Slipway.Amt;

/// <summary>Opens connections to one firmware. Any thread.</summary>
/// <param name="endpoint">Where it is.</param>
/// <param name="time">Clock.</param>
/// <param name="memory">What earlier contacts found; null = nothing is remembered.</param>
public sealed class AmtTransport(AmtEndpoint endpoint, TimeProvider time, IAmtHostMemory? memory)
{
    /// <summary>After that time without an answer the firmware counts as unreachable. Waking takes it 2 to 5 s.</summary>
    public static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Before the next attempt, when the last one ended early.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    /// <summary>The redirection port is always the web port + 2.</summary>
    private const int RedirectionOffset = 2;

    /// <summary>What this object found out itself; memory may be null.</summary>
    private AmtHostFacts? _found;

    public AmtEndpoint Endpoint => endpoint;

    /// <summary>How TCP connections are opened; tests bring their own network.</summary>
    internal AmtDial Dial { get; init; } = AmtDialer.DialTcpAsync;

    private AmtHostFacts? Facts => memory?.Recall(endpoint.Host, endpoint.BasePort) ?? _found;

    /// <summary>How the newest connection is made; null before the first.</summary>
    public AmtLinkFacts? Link { get; private set; }

    // A pin or an authority means nothing on a plain connection: who gives one wants TLS, and no attacker can talk us out of it by closing a port.
    private bool? OnlyTls => endpoint.Tls switch
    {
        AmtTls.On => true,
        AmtTls.Off => false,
        _ => endpoint.CertificateSha256 is not null || endpoint.TrustedAuthorityFile is not null ? true : null,
    };

    /// <summary>Connects to a port. A firmware that sleeps loses the first packets, so a connection that is not answered is tried again before it counts as unreachable.</summary>
    /// <exception cref="AmtException">Unreachable, ListenerOff, one of the TLS problems, TimedOut in the handshake, BadArgument for an authority's file that cannot be read.</exception>
    public async Task<AmtLink> ConnectAsync(AmtPort port, CancellationToken ct)
    {
        var dialer = new AmtDialer(endpoint.Host, time, Dial);
        long started = time.GetTimestamp();
        bool? preferred = OnlyTls ?? Facts?.Tls;
        var check = new AmtCertificateCheck(endpoint, Facts?.CertificateSha256, memory is not null, time);
        while (true)
        {
            Exception? failure;
            AmtDialed dialed = await DialAsync(dialer, PlainPort(port), preferred, ct);
            if (dialed.Stream is not null)
            {
                (AmtLink? link, failure) = await OpenAsync(dialed.Stream, dialed.Tls ? check : null, ct);
                if (link is not null)
                {
                    Remember(new AmtHostFacts(link.Tls, link.CertificateSha256));
                    Link = new AmtLinkFacts(link.Tls, link.CertificateSha256, link.Protocol);
                    return link;
                }
            }
            else
            {
                failure = dialed.Failure;

                // Only what was remembered did not answer; the firmware's setting may have changed since.
                bool wasRemembered = OnlyTls is null && preferred is not null;
                preferred = OnlyTls;
                if (wasRemembered) continue;
            }

            bool over = time.GetElapsedTime(started) + RetryPause >= ConnectDeadline;
            if (over || (dialed.Stream is null && !dialed.MayPass)) throw await ExplainAsync(dialer, port, failure, ct);
            await Task.Delay(RetryPause, time, ct);
        }
    }

    private int PlainPort(AmtPort port) => endpoint.BasePort + (port == AmtPort.Redirection ? RedirectionOffset : 0);

    private static Task<AmtDialed> DialAsync(AmtDialer dialer, int plainPort, bool? tls, CancellationToken ct) =>
        tls is { } known ? dialer.AttemptAsync(plainPort + (known ? 1 : 0), known, ct) : dialer.RaceAsync(plainPort, ct);

    // A connection that ends in the middle of the handshake is the one failure after which another attempt may do better.
    private async Task<(AmtLink? Link, IOException? Failure)> OpenAsync(Stream stream, AmtCertificateCheck? check, CancellationToken ct)
    {
        if (check is null) return (new AmtLink(stream, false, null, "plain"), null);
        try
        {
            return (await new AmtTlsHandshake(endpoint, time).RunAsync(stream, check, ct), null);
        }
        catch (IOException e)
        {
            return (null, e);
        }
    }

    private void Remember(AmtHostFacts facts)
    {
        _found = facts;
        // Said outright in the endpoint, it need not be remembered, and a certificate seen earlier stays known.
        if (memory is null || endpoint.Tls == AmtTls.Off) return;
        if (memory.Recall(endpoint.Host, endpoint.BasePort) != facts) memory.Remember(endpoint.Host, endpoint.BasePort, facts);
    }

    private async Task<AmtException> ExplainAsync(AmtDialer dialer, AmtPort port, Exception? failure, CancellationToken ct)
    {
        if (failure is not SocketException socket)
        {
            return new AmtException(AmtProblem.TlsFailed, $"{endpoint}: the TLS port accepts connections and closes them during the handshake, for {ConnectDeadline.TotalSeconds:0} s; the firmware may be restarting{(endpoint.AllowOldTls ? "" : ", or be of release 9 or older and need 'old-tls: yes' / --old-tls")}", failure);
        }

        if (port == AmtPort.Redirection && await WebAnswersAsync(dialer, ct))
        {
            return new AmtException(AmtProblem.ListenerOff, $"{endpoint}: the redirection port {PlainPort(port)} does not take connections ({Words(socket)}) while the web port does; switch the redirection listener on: slipway amt settings {endpoint.Host} --listener on, or MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM > Legacy Redirection Mode", failure);
        }

        int plain = PlainPort(port);
        string ports = OnlyTls switch { true => $"port {plain + 1}", false => $"port {plain}", _ => $"ports {plain} and {plain + 1}" };
        return new AmtException(AmtProblem.Unreachable, $"{endpoint}: nothing answers on {ports}: {Words(socket)}; check the address, that the machine has mains power and its network cable, and that AMT is set up in the MEBx", failure);
    }

    private async Task<bool> WebAnswersAsync(AmtDialer dialer, CancellationToken ct)
    {
        AmtDialed web = await DialAsync(dialer, PlainPort(AmtPort.Web), OnlyTls, ct);
        if (web.Stream is not null) await web.Stream.DisposeAsync();
        return web.Stream is not null;
    }

    private static string Words(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => $"no answer within {ConnectDeadline.TotalSeconds:0} s",
        SocketError.HostNotFound or SocketError.NoData => "the name is not known",
        _ => e.Message,
    };
}
