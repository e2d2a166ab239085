using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Slipway.Sim.Amt;

/// <summary>One TCP port of a simulated firmware, open while a condition holds.</summary>
internal sealed class SimPort(IPEndPoint where, Func<Stream, CancellationToken, Task> serve, SslServerAuthenticationOptions? tls, Func<bool> isOpen, FirmwareState state) : IAsyncDisposable
{
    /// <summary>The stack of a firmware is small; who comes fifth waits.</summary>
    private const int MaxConnections = 4;

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _room = new(MaxConnections, MaxConnections);
    private readonly List<Task> _serving = [];
    private readonly Lock _lock = new();
    private Socket? _listening;
    private Task _accepting = Task.CompletedTask;
    private int _sleepy = state.Faults.SleepyConnections;

    /// <summary>Opens or closes the port as its condition says now.</summary>
    /// <exception cref="SocketException">It is taken.</exception>
    public void Adjust()
    {
        bool wanted;
        lock (state.Lock) wanted = isOpen();
        lock (_lock)
        {
            if (wanted == _listening is not null) return;
            if (!wanted)
            {
                _listening!.Dispose();
                _listening = null;
                return;
            }
            var socket = new Socket(where.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(where);
            socket.Listen();
            _listening = socket;
            _accepting = AcceptAsync(socket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        lock (_lock) _listening?.Dispose();
        await _accepting;
        Task[] serving;
        lock (_lock) serving = [.. _serving];
        foreach (Task task in serving) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (true)
        {
            Socket client;
            try
            {
                await _room.WaitAsync(_stopping.Token);
                client = await listening.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (!_stopping.IsCancellationRequested) _room.Release();
                return;
            }
            lock (_lock)
            {
                _serving.RemoveAll(t => t.IsCompleted);
                _serving.Add(Task.Run(() => ServeAsync(client)));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using (client)
            {
                if (Interlocked.Decrement(ref _sleepy) >= 0) return;
                client.NoDelay = true;
                await using var plain = new NetworkStream(client, ownsSocket: false);
                if (tls is null)
                {
                    await serve(plain, _stopping.Token);
                    return;
                }
                await using var secure = new SslStream(plain);
                await secure.AuthenticateAsServerAsync(tls, _stopping.Token);
                await serve(secure, _stopping.Token);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // A console that goes away is no concern of a firmware.
        }
        finally
        {
            _room.Release();
        }
    }
}
