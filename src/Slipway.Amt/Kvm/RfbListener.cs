using System.Net;
using System.Net.Sockets;

namespace Slipway.Amt.Kvm;

/// <summary>Shows a session's screen to any VNC viewer (RFC 6143, versions 3.3, 3.7 and 3.8), several at a time. Any thread.</summary>
/// <remarks>Ordinary viewers ask for 32 bits and more at once, and firmware hangs up on them; this asks the firmware for what it can do and gives each viewer what it wants.</remarks>
public sealed class RfbListener : IAsyncDisposable
{
    /// <summary>Viewers at a time. More than look at one screen, fewer than would slow the machine down.</summary>
    public const int MostViewers = 8;

    private readonly KvmSession _session;
    private readonly Socket _socket;
    private readonly string? _password;
    private readonly TimeProvider _time;
    private readonly ViewerInput _actions;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _viewers = [];

    private RfbListener(KvmSession session, Socket socket, string? password, TimeProvider time)
    {
        (_session, _socket, _password, _time) = (session, socket, password, time);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _actions = new ViewerInput(session, time);
        _accepting = AcceptAsync();
    }

    /// <summary>Where viewers connect; with the port that was given when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections of viewers now.</summary>
    public int Viewers
    {
        get
        {
            lock (_gate) return _viewers.Count;
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="session">Stays open when the listener is closed. When it ends, so do the viewers, and new ones are told.</param>
    /// <param name="endpoint">Port 0 = any free one.</param>
    /// <param name="password">What viewers are asked for: 1 to 8 characters, as VNC has it. Null = nothing, allowed on the loopback only. VNC hides neither picture nor keys on the network.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="AmtException">BadArgument: the password, or an address that cannot be listened on.</exception>
    public static RfbListener Start(KvmSession session, IPEndPoint endpoint, string? password, TimeProvider time)
    {
        if (password is null && !IPAddress.IsLoopback(endpoint.Address))
            throw new AmtException(AmtProblem.BadArgument, $"screen viewers on {endpoint} would need no password, and anybody on the network could use the machine's keyboard; give a password, or listen on 127.0.0.1");
        if (password is not null && VncPassword.Defect(password) is { } defect)
            throw new AmtException(AmtProblem.BadArgument, $"the password for screen viewers cannot be used: {defect}");

        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen();
            return new RfbListener(session, socket, password, time);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new AmtException(AmtProblem.BadArgument, $"screen viewers cannot be waited for on {endpoint}: {error.Message}; choose another address or port", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket.Dispose();
        await _accepting;
        Task[] viewers;
        lock (_gate) viewers = [.. _viewers];
        await Task.WhenAll(viewers);
        await _actions.DisposeAsync();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket connection;
            try
            {
                connection = await _socket.AcceptAsync(_end.Token);
            }
            catch (SocketException) when (!_end.IsCancellationRequested)
            {
                continue; // that connection was gone before it was taken
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            Welcome(connection);
        }
    }

    private void Welcome(Socket connection)
    {
        lock (_gate)
        {
            // The first ones too many are told why, the others cost nothing.
            if (_viewers.Count >= 2 * MostViewers)
            {
                connection.Dispose();
                return;
            }
            string? refusal = _session.Fault is not null ? "the screen of the machine has ended; open it again"
                : _viewers.Count >= MostViewers ? $"there are {MostViewers} viewers already"
                : null;
            connection.NoDelay = true;
            var viewer = new RfbViewer(_session, _actions, new NetworkStream(connection, ownsSocket: true), _time);
            Task running = viewer.RunAsync(_password, refusal, _end.Token);
            _viewers.Add(running);
            // Ends with the viewer; DisposeAsync waits for the viewer itself.
            running.ContinueWith(Leave, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Leave(Task viewer)
    {
        lock (_gate) _viewers.Remove(viewer);
    }
}
