using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Slipway.Sim.Amt;

/// <summary>One TCP port of a simulated firmware. Opened, closed and disposed by one caller at a time.</summary>
internal sealed class SimPort(
    IPEndPoint endPoint,
    SslServerAuthenticationOptions? tls,
    Func<Stream, CancellationToken, Task> handler,
    Func<FirmwareState, bool> isToBeOpen,
    int sleepyConnections,
    Action<Exception> onFailure) : IAsyncDisposable
{
    // The firmware has few sockets. Who comes fifth waits until one of the four leaves.
    private const int MaxConnections = 4;
    private const int MaxTries = 64;

    private readonly SemaphoreSlim _places = new(MaxConnections, MaxConnections);
    private readonly List<Task> _connections = [];
    private CancellationTokenSource _cutting = new();
    private CancellationTokenSource? _accepting;
    private Task _acceptLoop = Task.CompletedTask;
    private Socket? _listener;
    private Socket? _holder;
    private int _sleepyLeft = sleepyConnections;

    /// <summary>The first of that many free ports in a row.</summary>
    /// <exception cref="SocketException">None were found.</exception>
    public static int FindFreeRun(IPAddress address, int count)
    {
        for (int attempt = 1; ; attempt++)
        {
            List<Socket> run = [];
            try
            {
                int first = 0;
                for (int i = 0; i < count; i++)
                {
                    var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    run.Add(socket);
                    socket.Bind(new IPEndPoint(address, i == 0 ? 0 : first + i));
                    // Only listening tells that nobody else does.
                    socket.Listen(1);
                    if (i == 0) first = ((IPEndPoint)socket.LocalEndPoint!).Port;
                    if (first > IPEndPoint.MaxPort - count) break;
                }
                if (run.Count == count) return first;
            }
            catch (SocketException) when (attempt < MaxTries)
            {
                // One of them is taken: from another first one.
            }
            finally
            {
                foreach (Socket socket in run) socket.Dispose();
            }
        }
    }

    public bool IsToBeOpen(FirmwareState state) => isToBeOpen(state);

    /// <summary>Takes the number without listening: connecting is refused, and the computer gives it to nobody else.</summary>
    /// <exception cref="SocketException">It is taken.</exception>
    public void Claim() => _holder = Bind();

    /// <exception cref="SocketException">Somebody took the port while it was closed.</exception>
    public void Open()
    {
        if (_listener is not null) return;
        _holder?.Dispose();
        _holder = null;
        Socket listener = Bind();
        try
        {
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        _listener = listener;
        _accepting = new CancellationTokenSource();
        _acceptLoop = Task.Run(() => AcceptAsync(listener, _accepting.Token));
    }

    public void Close(bool cutConnections)
    {
        if (_listener is not null)
        {
            _accepting!.Cancel();
            _listener.Dispose();
            _listener = null;
            try
            {
                Claim();
            }
            catch (SocketException)
            {
                // Somebody was quicker; opening it again will say so.
            }
        }
        if (!cutConnections) return;
        lock (_connections)
        {
            if (_connections.TrueForAll(c => c.IsCompleted)) return;
            _cutting.Cancel();
            _cutting = new CancellationTokenSource();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close(cutConnections: true);
        await _acceptLoop;
        Task[] last;
        lock (_connections)
        {
            _cutting.Cancel();
            last = [.. _connections];
        }
        await Task.WhenAll(last);
        _holder?.Dispose();
        _accepting?.Dispose();
        _cutting.Dispose();
        _places.Dispose();
    }

    private Socket Bind()
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await _places.WaitAsync(ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(ct);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                _places.Release();
                // A caller who left before he was received is not the end of the port.
                if (ct.IsCancellationRequested || e is not SocketException) return;
                continue;
            }
            if (_sleepyLeft > 0)
            {
                _sleepyLeft--;
                socket.Dispose();
                _places.Release();
                continue;
            }
            lock (_connections)
            {
                _connections.RemoveAll(c => c.IsCompleted);
                CancellationToken cut = _cutting.Token;
                _connections.Add(Task.Run(() => ServeAsync(socket, cut), CancellationToken.None));
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cut)
    {
        try
        {
            socket.NoDelay = true;
            await using var plain = new NetworkStream(socket, ownsSocket: true);
            // A handler that waits for the other side is woken by the end of the socket, too.
            await using CancellationTokenRegistration abort = cut.Register(socket.Dispose);
            if (tls is null)
            {
                await handler(plain, cut);
                return;
            }
            await using var wrapped = new SslStream(plain);
            await wrapped.AuthenticateAsServerAsync(tls, cut);
            await handler(wrapped, cut);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException || cut.IsCancellationRequested)
        {
            // The other side is gone, or speaks no TLS, or the port is cut: a connection's natural ends.
        }
        catch (Exception e)
        {
            onFailure(e);
        }
        finally
        {
            _places.Release();
        }
    }
}
