using System.Net.Sockets;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>Serves one medium, read-only, to whoever connects to a unix socket (NBD, newstyle fixed).</summary>
internal sealed class NbdServer : IAsyncDisposable
{
    // One QEMU, and a person who looks with a tool.
    private const int MaxConnections = 4;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly IRedirectedMedium _medium;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(MaxConnections, MaxConnections);
    private readonly Task _accepting;

    private NbdServer(Socket listener, string path, IRedirectedMedium medium, TimeProvider time)
    {
        _listener = listener;
        _path = path;
        _medium = medium;
        _time = time;
        _accepting = Task.Run(AcceptAsync);
    }

    public static NbdServer Start(string path, IRedirectedMedium medium, TimeProvider time)
    {
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(MaxConnections);
        return new NbdServer(listener, path, medium, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        File.Delete(_path);
        _stopping.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> sessions = [];
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stopping.Token);
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                sessions.RemoveAll(s => s.IsCompleted);
                sessions.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await new NbdSession(stream, _medium, _time).RunAsync(_stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone, or we go.
        }
        _places.Release();
    }
}
