using System.Net.Sockets;

namespace Slipway.Amt;

/// <summary>Opens one TCP connection.</summary>
/// <exception cref="SocketException">It did not come about.</exception>
internal delegate Task<Stream> AmtDial(string host, int port, CancellationToken ct);

/// <summary>What one attempt brought.</summary>
/// <param name="Stream">Connected; null when it failed.</param>
/// <param name="Tls">Whether this is the TLS port.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
internal readonly record struct AmtDialed(Stream? Stream, bool Tls, SocketException? Failure)
{
    /// <summary>Whether another attempt could end otherwise: a sleeping firmware answers neither packets nor ARP at first.</summary>
    public bool MayPass => Failure?.SocketErrorCode
        is SocketError.TimedOut or SocketError.HostUnreachable or SocketError.HostDown or SocketError.TryAgain or SocketError.ConnectionReset;
}

/// <summary>Single attempts to connect, with their deadline. Any thread.</summary>
/// <param name="host">Name or address.</param>
/// <param name="time">Clock.</param>
/// <param name="dial">Opens a connection.</param>
internal sealed class AmtDialer(string host, TimeProvider time, AmtDial dial)
{
    /// <summary>One attempt. The system would send its second SYN after 1 s and a sleeping firmware may lose that, too; a new attempt is heard sooner than the system's third.</summary>
    public static readonly TimeSpan AttemptDeadline = TimeSpan.FromMilliseconds(2500);

    /// <summary>How long a plain connection waits for TLS to answer as well; both are the same distance away.</summary>
    public static readonly TimeSpan TlsGrace = TimeSpan.FromMilliseconds(300);

    /// <summary>TCP with Nagle's algorithm off: messages are small, and each is written at once.</summary>
    public static async Task<Stream> DialTcpAsync(string host, int port, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<AmtDialed> AttemptAsync(int port, bool tls, CancellationToken ct) => AttemptAsync(port, tls, CancellationToken.None, ct);

    /// <summary>Tries the plain port and the TLS port (plain + 1) together. TLS is taken when both answer.</summary>
    public async Task<AmtDialed> RaceAsync(int plainPort, CancellationToken ct)
    {
        using var enough = new CancellationTokenSource();
        Task<AmtDialed> plain = AttemptAsync(plainPort, false, enough.Token, ct);
        Task<AmtDialed> tls = AttemptAsync(plainPort + 1, true, enough.Token, ct);
        await Task.WhenAny(plain, tls);
        if (!tls.IsCompleted && Connected(plain)) await Task.WhenAny(tls, Task.Delay(TlsGrace, time, ct));
        if (Connected(plain) || Connected(tls)) await enough.CancelAsync();
        try
        {
            await Task.WhenAll(plain, tls);
        }
        catch (OperationCanceledException)
        {
            await CloseAsync(plain);
            await CloseAsync(tls);
            throw;
        }

        AmtDialed first = await plain, second = await tls;
        if (second.Stream is null) return first.Stream is null && second.MayPass ? second : first;
        await CloseAsync(plain);
        return second;
    }

    private async Task<AmtDialed> AttemptAsync(int port, bool tls, CancellationToken enough, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(AttemptDeadline, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ct, enough, deadline.Token);
        try
        {
            return new AmtDialed(await dial(host, port, any.Token), tls, null);
        }
        catch (SocketException e)
        {
            return new AmtDialed(null, tls, e);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new AmtDialed(null, tls, new SocketException((int)SocketError.TimedOut));
        }
    }

    private static bool Connected(Task<AmtDialed> attempt) => attempt.IsCompletedSuccessfully && attempt.Result.Stream is not null;

    private static ValueTask CloseAsync(Task<AmtDialed> attempt) =>
        attempt.IsCompletedSuccessfully && attempt.Result.Stream is { } stream ? stream.DisposeAsync() : ValueTask.CompletedTask;
}
