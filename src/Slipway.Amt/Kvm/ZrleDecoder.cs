using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>Reads rectangles in ZRLE (RFC 6143 §7.7.6). One per connection: its zlib stream goes through all of them. Throws nothing.</summary>
internal sealed class ZrleDecoder : IDisposable
{
    /// <summary>What may follow the last tile and is thrown away.</summary>
    private const int MostSurplusBytes = 64 * 1024;

    /// <summary>A stored block of deflate: 3 bits, filled up, and two lengths.</summary>
    private const int StoredBlockHeader = 5;

    private readonly InflatedBytes _bytes = new();
    private readonly ushort[] _palette = new ushort[127];
    private readonly ushort[] _tile = new ushort[ZrleTile.Side * ZrleTile.Side];
    private readonly byte[] _line = new byte[ZrleTile.Side * 2];
    private bool _isWide;

    /// <summary>The longest data a rectangle of this size can honestly need, in bytes: each pixel a run of its own, each tile in stored blocks of its own.</summary>
    public static long MostBytes(RfbRectangle area, int bytesPerPixel)
    {
        long tiles = Tiles(area.Width) * Tiles(area.Height);
        return area.Area * (bytesPerPixel + 1) + tiles * (1 + 127L * bytesPerPixel + 4 * StoredBlockHeader) + 64 * StoredBlockHeader;

        static long Tiles(int length) => (length + ZrleTile.Side - 1) / ZrleTile.Side;
    }

    /// <summary>Puts a rectangle on the screen.</summary>
    /// <param name="data">All of its compressed data.</param>
    /// <param name="area">Lies on the screen.</param>
    /// <param name="screen">Its gate is held by the caller.</param>
    /// <returns>NeedMoreData when the tiles end before the rectangle is full; InvalidData when they cannot be. Nothing can be decoded after either.</returns>
    public OperationStatus Decode(ReadOnlyMemory<byte> data, RfbRectangle area, FrameBuffer screen)
    {
        _bytes.Feed(data);
        _isWide = screen.Format.BytesPerPixel == 2;
        for (int y = area.Y; y < area.Bottom; y += ZrleTile.Side)
            for (int x = area.X; x < area.Right; x += ZrleTile.Side)
            {
                var tile = new RfbRectangle(x, y, Math.Min(ZrleTile.Side, area.Right - x), Math.Min(ZrleTile.Side, area.Bottom - y));
                OperationStatus status = ReadTile(tile, screen);
                if (status != OperationStatus.Done) return _bytes.IsBroken ? OperationStatus.InvalidData : status;
            }
        return _bytes.TryDrain(MostSurplusBytes) ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    public void Dispose() => _bytes.Dispose();

    private OperationStatus ReadTile(RfbRectangle tile, FrameBuffer screen)
    {
        int kind = _bytes.Next();
        if (kind < 0) return OperationStatus.NeedMoreData;
        if (kind == ZrleTile.Solid)
        {
            int pixel = NextPixel();
            if (pixel < 0) return OperationStatus.NeedMoreData;
            screen.Fill(tile, (ushort)pixel);
            return OperationStatus.Done;
        }

        Span<ushort> pixels = _tile.AsSpan(0, tile.Width * tile.Height);
        OperationStatus status = kind switch
        {
            ZrleTile.Raw => ReadRaw(pixels, tile.Width),
            >= ZrleTile.SmallestPackedPalette and <= ZrleTile.LargestPackedPalette => ReadPacked(pixels, tile.Width, kind),
            ZrleTile.PlainRuns => ReadRuns(pixels, 0),
            >= ZrleTile.SmallestPaletteRuns => ReadRuns(pixels, kind - ZrleTile.PlainRuns),
            _ => OperationStatus.InvalidData,
        };
        if (status != OperationStatus.Done) return status;
        for (int y = 0; y < tile.Height; y++) pixels.Slice(y * tile.Width, tile.Width).CopyTo(screen.Line(tile.X, tile.Y + y, tile.Width));
        return OperationStatus.Done;
    }

    private OperationStatus ReadRaw(Span<ushort> pixels, int width)
    {
        Span<byte> line = _line.AsSpan(0, width * (_isWide ? 2 : 1));
        for (; !pixels.IsEmpty; pixels = pixels[width..])
        {
            if (!_bytes.TryRead(line)) return OperationStatus.NeedMoreData;
            RawPixels.Read(line, pixels[..width], _isWide);
        }
        return OperationStatus.Done;
    }

    private OperationStatus ReadPacked(Span<ushort> pixels, int width, int colours)
    {
        if (!TryReadPalette(colours)) return OperationStatus.NeedMoreData;
        int bits = ZrleTile.IndexBits(colours), mask = (1 << bits) - 1;
        for (; !pixels.IsEmpty; pixels = pixels[width..])
        {
            int packed = 0, left = 0;
            for (int x = 0; x < width; x++)
            {
                if (left == 0)
                {
                    packed = _bytes.Next();
                    if (packed < 0) return OperationStatus.NeedMoreData;
                    left = 8;
                }
                left -= bits;
                int index = (packed >> left) & mask;
                if (index >= colours) return OperationStatus.InvalidData;
                pixels[x] = _palette[index];
            }
        }
        return OperationStatus.Done;
    }

    /// <param name="colours">Of the palette; 0 = pixels instead of indices, each with a run length.</param>
    private OperationStatus ReadRuns(Span<ushort> pixels, int colours)
    {
        if (!TryReadPalette(colours)) return OperationStatus.NeedMoreData;
        while (!pixels.IsEmpty)
        {
            int value = colours == 0 ? NextPixel() : _bytes.Next();
            if (value < 0) return OperationStatus.NeedMoreData;
            int run = 1;
            if (colours == 0 || (value & ZrleTile.RunFollows) != 0)
            {
                int more;
                do
                {
                    more = _bytes.Next();
                    if (more < 0) return OperationStatus.NeedMoreData;
                    run += more;
                    if (run > pixels.Length) return OperationStatus.InvalidData;
                }
                while (more == ZrleTile.LongerRun);
            }
            if (colours != 0)
            {
                int index = value & ~ZrleTile.RunFollows;
                if (index >= colours) return OperationStatus.InvalidData;
                value = _palette[index];
            }
            pixels[..run].Fill((ushort)value);
            pixels = pixels[run..];
        }
        return OperationStatus.Done;
    }

    private bool TryReadPalette(int colours)
    {
        for (int i = 0; i < colours; i++)
        {
            int pixel = NextPixel();
            if (pixel < 0) return false;
            _palette[i] = (ushort)pixel;
        }
        return true;
    }

    /// <summary>A pixel; −1 when there is none. Our two formats use all of their bits, so the short pixels of ZRLE are the ordinary ones.</summary>
    private int NextPixel()
    {
        if (!_isWide) return _bytes.Next();
        Span<byte> pixel = stackalloc byte[2];
        return _bytes.TryRead(pixel) ? BinaryPrimitives.ReadUInt16LittleEndian(pixel) : -1;
    }
}
