using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Slipway.LoopbackTests.Amt;

/// <summary>A firmware's screen on a port of the loopback that the test paints: raw pixels of 16 bits, and only what was asked for.</summary>
internal sealed class PaintedScreen : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<string> _heard = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Task _serving;
    private ushort[] _pixels;
    private int _width, _height;
    private bool _isDirty, _isWanted, _isResized;
    private volatile bool _isEnding;
    private TcpClient? _connection;

    public PaintedScreen(int width, int height)
    {
        (_width, _height, _pixels) = (width, height, new ushort[width * height]);
        _listener.Start();
        _serving = ServeAsync();
    }

    public async Task<Stream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        return client.GetStream();
    }

    public void Paint(int x, int y, int width, int height, ushort pixel)
    {
        lock (_gate)
        {
            for (int line = y; line < y + height; line++) _pixels.AsSpan(line * _width + x, width).Fill(pixel);
            _isDirty = true;
        }
        _wake.Release();
    }

    public void Resize(int width, int height, ushort pixel)
    {
        lock (_gate)
        {
            (_width, _height, _pixels) = (width, height, new ushort[width * height]);
            _pixels.AsSpan().Fill(pixel);
            _isDirty = _isResized = true;
        }
        _wake.Release();
    }

    /// <summary>Keys and pointers so far, in hexadecimal.</summary>
    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_gate) return [.. _heard];
        }
    }

    /// <summary>Closes the connection, as firmware does.</summary>
    public void Close()
    {
        _isEnding = true;
        _listener.Stop();
        _connection?.Close();
        _wake.Release();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _serving;
        _wake.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            _connection = await _listener.AcceptTcpClientAsync();
            NetworkStream stream = _connection.GetStream();
            await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
            await TakeAsync(stream, 12);
            await stream.WriteAsync(new byte[] { 1, 1 });
            await TakeAsync(stream, 1);
            await stream.WriteAsync(new byte[4]);
            await TakeAsync(stream, 1);
            await stream.WriteAsync(new byte[] { (byte)(_width >> 8), (byte)_width, (byte)(_height >> 8), (byte)_height, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'x' });
            await Task.WhenAll(HearAsync(stream), SayAsync(stream));
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // Closed, by one or the other.
        }
    }

    private async Task HearAsync(NetworkStream stream)
    {
        try
        {
            while (true)
            {
                byte type = (await TakeAsync(stream, 1))[0];
                byte[] body = await TakeAsync(stream, type switch { 0 => 19, 2 => 15, 3 => 9, 4 => 7, _ => 5 });
                lock (_gate)
                {
                    if (type == 3) _isWanted = true;
                    if (type == 3 && body[0] == 0) _isDirty = true;
                    if (type is 4 or 5) _heard.Add($"{type:X2}{Convert.ToHexString(body)}");
                }
                _wake.Release();
            }
        }
        finally
        {
            _isEnding = true;
            _wake.Release();
        }
    }

    private async Task SayAsync(NetworkStream stream)
    {
        while (true)
        {
            await _wake.WaitAsync();
            if (_isEnding) return;
            var message = new List<byte>();
            lock (_gate)
            {
                if (!_isWanted || !_isDirty) continue;
                message.AddRange([0, 0, 0, (byte)(_isResized ? 2 : 1)]);
                if (_isResized) message.AddRange(Header(-223));
                message.AddRange(Header(0));
                foreach (ushort pixel in _pixels) message.AddRange([(byte)pixel, (byte)(pixel >> 8)]);
                _isWanted = _isDirty = _isResized = false;
            }
            await stream.WriteAsync(message.ToArray());
        }
    }

    private byte[] Header(int encoding)
    {
        var header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)_width);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)_height);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), encoding);
        return header;
    }

    private static async Task<byte[]> TakeAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
