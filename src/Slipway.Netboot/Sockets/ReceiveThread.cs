using System.Net;
using System.Net.Sockets;

namespace Slipway.Netboot.Sockets;

/// <summary>What is done with a datagram. The bytes are gone when it returns.</summary>
internal delegate void DatagramHandler(ReadOnlySpan<byte> datagram, IPEndPoint from);

/// <summary>A thread that takes datagrams from one socket, blocking, with one buffer and one reused address. Owns the socket.</summary>
internal sealed class ReceiveThread : IAsyncDisposable
{
    private const int LargestDatagram = 65536;

    /// <summary>Pause after a receive error that is not a farewell (interface down), so that a lasting one does not take a core.</summary>
    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly DatagramHandler _handler;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _stopping = new();

    public ReceiveThread(Socket socket, string name, DatagramHandler handler)
    {
        _socket = socket;
        _handler = handler;
        new Thread(Loop) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Closes the socket and waits for the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping.Set();
        _socket.Dispose();
        await _ended.Task;
        _stopping.Dispose();
    }

    private void Loop()
    {
        try
        {
            var buffer = new byte[LargestDatagram];
            var address = new SocketAddress(_socket.AddressFamily);
            var template = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            while (!_stopping.IsSet)
            {
                if (!TryReceive(buffer, address, out int length)) continue;
                if (!_stopping.IsSet) _handler(buffer.AsSpan(0, length), (IPEndPoint)template.Create(address));
            }
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    private bool TryReceive(byte[] buffer, SocketAddress address, out int length)
    {
        length = 0;
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, address);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (SocketException)
        {
            _stopping.Wait(ErrorPause);
            return false;
        }
    }
}
