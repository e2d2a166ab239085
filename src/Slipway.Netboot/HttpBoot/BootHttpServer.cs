using Slipway.Netboot.Sockets;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Slipway.Netboot.HttpBoot;

/// <summary>Serves boot files over HTTP/1.1 (docs/adr/0002). Nothing but GET and HEAD of what the lab gives.</summary>
public sealed class BootHttpServer : IAsyncDisposable
{
    /// <summary>A rack that is switched on at once.</summary>
    private const int Backlog = 1024;

    private readonly BootHttpServerOptions _options;
    private readonly IBootAuthority _authority;
    private readonly FactOutlet _facts;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<HttpConnection> _connections = [];
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    public BootHttpServer(BootHttpServerOptions options, IBootAuthority authority, ChannelWriter<NetbootFact> facts, TimeProvider time) =>
        (_options, _authority, _facts, _time) = (options, authority, new FactOutlet(facts), time);

    /// <summary>The port that is listened on; 0 before <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Facts lost because their channel was full.</summary>
    public long DroppedFacts => _facts.Dropped;

    /// <summary>Connections open now.</summary>
    public int Connections
    {
        get
        {
            lock (_gate) return _connections.Count;
        }
    }

    /// <summary>Binds on the calling thread, in its network namespace, and begins to answer.</summary>
    /// <remarks>Accepted connections live in the namespace of the listening socket, whichever thread takes them.</remarks>
    /// <exception cref="NetbootException">The port cannot be had.</exception>
    public void Start()
    {
        _socket = ListeningSocket.Bind(
            ProtocolType.Tcp, new IPEndPoint(_options.Address, _options.Port), _options.Interface, "SLP2201", "HTTP for boot files");
        _socket.Listen(Backlog);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _accepting = AcceptAsync(_stop.Token);
    }

    /// <summary>Stops listening, closes every connection and waits for their ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _socket?.Dispose();
        await _accepting;

        HttpConnection[] open;
        lock (_gate) open = [.. _connections];
        await Task.WhenAll(open.Select(c => c.Served));
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                Socket client = await _socket!.AcceptAsync(ct);
                bool isBusy = Connections >= _options.MaxConnections;
                var connection = new HttpConnection(client, _options, _authority, _facts, _time, isBusy);
                lock (_gate) _connections.Add(connection);
                connection.Begin(Forget, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client went away before we took its connection, or the process has no file descriptor left: those who are
                // connected go on, and the next one is tried after a breath.
                if (ct.IsCancellationRequested) return;
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time, CancellationToken.None);
            }
        }
    }

    private void Forget(HttpConnection connection)
    {
        lock (_gate) _connections.Remove(connection);
    }
}
