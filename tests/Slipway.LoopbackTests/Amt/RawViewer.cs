using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.LoopbackTests.Amt;

/// <summary>A small viewer that writes its own bytes.</summary>
internal sealed class RawViewer : IDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The picture, a viewer's pixel each.</summary>
    public uint[] Pixels { get; private set; } = [];

    /// <summary>Bytes of a pixel, set by the test when it asks for another format.</summary>
    public int PixelBytes { get; set; } = 4;

    public bool BigEndian { get; set; }

    public byte[] ColourMap { get; private set; } = [];

    /// <summary>Encodings of the rectangles that came.</summary>
    public HashSet<int> Encodings { get; } = [];

    /// <summary>Only the connection and the greetings.</summary>
    public static async Task<RawViewer> GreetAsync(IPEndPoint endpoint, string version = "003.008", int receiveBuffer = 65536)
    {
        var viewer = new RawViewer();
        viewer._client.ReceiveBufferSize = receiveBuffer;
        await viewer._client.ConnectAsync(endpoint);
        viewer._stream = viewer._client.GetStream();
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await viewer.TakeAsync(12)));
        await viewer.SendAsync(Encoding.ASCII.GetBytes($"RFB {version}\n"));
        return viewer;
    }

    /// <summary>A viewer of 3.8 that needs no password, up to the size of the screen.</summary>
    public static async Task<RawViewer> OpenAsync(IPEndPoint endpoint, int receiveBuffer = 65536)
    {
        RawViewer viewer = await GreetAsync(endpoint, receiveBuffer: receiveBuffer);
        Assert.Equal([1, 1], await viewer.TakeAsync(2));
        await viewer.SendAsync([1]);
        Assert.Equal(new byte[4], await viewer.TakeAsync(4));
        await viewer.InitAsync();
        return viewer;
    }

    public async Task InitAsync()
    {
        await SendAsync([1]);
        byte[] init = await TakeAsync(24);
        (Width, Height) = (BinaryPrimitives.ReadUInt16BigEndian(init), BinaryPrimitives.ReadUInt16BigEndian(init.AsSpan(2)));
        Assert.Equal("2018000100FF00FF00FF100800000000", Convert.ToHexString(init.AsSpan(4, 16)));
        Name = Encoding.UTF8.GetString(await TakeAsync(BinaryPrimitives.ReadInt32BigEndian(init.AsSpan(20))));
        Pixels = new uint[Width * Height];
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    public Task SendAsync(string hex) => SendAsync(Convert.FromHexString(hex));

    public async Task<byte[]> TakeAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>True when the other side closes next.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await _stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public Task SetEncodingsAsync(params int[] encodings)
    {
        var message = new byte[4 + encodings.Length * 4];
        message[0] = 2;
        message[3] = (byte)encodings.Length;
        for (int i = 0; i < encodings.Length; i++) BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4 + i * 4), encodings[i]);
        return SendAsync(message);
    }

    public Task AskAsync(bool incremental) => SendAsync([3, incremental ? (byte)1 : (byte)0, 0, 0, 0, 0, (byte)(Width >> 8), (byte)Width, (byte)(Height >> 8), (byte)Height]);

    /// <summary>Asks and reads until the picture is as wanted.</summary>
    public async Task LookUntilAsync(Func<RawViewer, bool> isWanted)
    {
        await AskAsync(incremental: false);
        await ReadUpdateAsync();
        while (!isWanted(this))
        {
            await AskAsync(incremental: true);
            await ReadUpdateAsync();
        }
    }

    public uint At(int x, int y) => Pixels[y * Width + x];

    /// <summary>Reads one update, and the colour map when one comes before it.</summary>
    public async Task ReadUpdateAsync()
    {
        byte[] head = await TakeAsync(4);
        if (head[0] == 1)
        {
            byte[] count = await TakeAsync(2);
            ColourMap = await TakeAsync(BinaryPrimitives.ReadUInt16BigEndian(count) * 6);
            head = await TakeAsync(4);
        }
        Assert.Equal(0, head[0]);
        for (int i = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)); i > 0; i--)
        {
            byte[] r = await TakeAsync(12);
            int x = BinaryPrimitives.ReadUInt16BigEndian(r), y = BinaryPrimitives.ReadUInt16BigEndian(r.AsSpan(2));
            int width = BinaryPrimitives.ReadUInt16BigEndian(r.AsSpan(4)), height = BinaryPrimitives.ReadUInt16BigEndian(r.AsSpan(6));
            int encoding = BinaryPrimitives.ReadInt32BigEndian(r.AsSpan(8));
            Encodings.Add(encoding);
            switch (encoding)
            {
                case -223:
                    (Width, Height, Pixels) = (width, height, new uint[width * height]);
                    break;
                case 0:
                    byte[] raw = await TakeAsync(width * height * PixelBytes);
                    for (int p = 0; p < width * height; p++) Set(x + p % width, y + p / width, Pixel(raw.AsSpan(p * PixelBytes, PixelBytes)));
                    break;
                default:
                    Assert.Equal(16, encoding);
                    byte[] data = await TakeAsync(BinaryPrimitives.ReadInt32BigEndian(await TakeAsync(4)));
                    ReadZrle(data, x, y, width, height);
                    break;
            }
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _zrle?.Dispose();
    }

    private readonly MemoryStream _zrleData = new();
    private ZLibStream? _zrle;

    private void ReadZrle(byte[] data, int left, int top, int width, int height)
    {
        _zrleData.SetLength(0);
        _zrleData.Write(data);
        _zrleData.Position = 0;
        _zrle ??= new ZLibStream(_zrleData, CompressionMode.Decompress);
        int pixelBytes = PixelBytes == 4 ? 3 : PixelBytes;
        for (int ty = top; ty < top + height; ty += 64)
            for (int tx = left; tx < left + width; tx += 64)
            {
                int tileWidth = Math.Min(64, left + width - tx), tileHeight = Math.Min(64, top + height - ty);
                int kind = _zrle.ReadByte();
                Assert.InRange(kind, 0, 16);
                uint[] palette = [.. Enumerable.Range(0, kind).Select(_ => Next(pixelBytes))];
                for (int y = 0; y < tileHeight; y++)
                    for (int x = 0, bits = 0, left2 = 0; x < tileWidth; x++)
                    {
                        if (kind < 2)
                        {
                            Set(tx + x, ty + y, kind == 0 ? Next(pixelBytes) : palette[0]);
                            continue;
                        }
                        int size = kind == 2 ? 1 : kind <= 4 ? 2 : 4;
                        if (left2 == 0) (bits, left2) = (_zrle.ReadByte(), 8);
                        left2 -= size;
                        Set(tx + x, ty + y, palette[(bits >> left2) & ((1 << size) - 1)]);
                    }
            }
    }

    private uint Next(int count)
    {
        var bytes = new byte[count];
        _zrle!.ReadExactly(bytes);
        return Pixel(bytes);
    }

    private uint Pixel(ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        for (int i = 0; i < bytes.Length; i++) value |= (uint)bytes[BigEndian ? bytes.Length - 1 - i : i] << (8 * i);
        return value;
    }

    private void Set(int x, int y, uint pixel) => Pixels[y * Width + x] = pixel;
}
