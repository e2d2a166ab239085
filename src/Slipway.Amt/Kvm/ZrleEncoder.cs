using System.IO.Compression;

namespace Slipway.Amt.Kvm;

/// <summary>Writes rectangles in ZRLE (RFC 6143 §7.7.6) for one viewer: tiles of one colour, of up to 16, or raw. Its zlib stream goes through all of them.</summary>
/// <remarks>No run lengths: after the palette they save little, and zlib finds them as well.</remarks>
internal sealed class ZrleEncoder : IDisposable
{
    private readonly MemoryStream _compressed = new();
    private readonly ZLibStream _deflate;
    private readonly ushort[] _palette = new ushort[ZrleTile.LargestPackedPalette];
    private readonly ushort[] _tile = new ushort[ZrleTile.Side * ZrleTile.Side];
    private readonly byte[] _bytes = new byte[1 + ZrleTile.Side * ZrleTile.Side * 4];

    // Fastest: the machine this runs on has kernels to boot, and the network is near.
    public ZrleEncoder() => _deflate = new ZLibStream(_compressed, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>Compresses a rectangle.</summary>
    /// <param name="pixels">The screen's, line after line.</param>
    /// <returns>What goes behind the length; good until the next call.</returns>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<ushort> pixels, int width, int height, PixelTranslation translation)
    {
        _compressed.SetLength(0);
        for (int y = 0; y < height; y += ZrleTile.Side)
            for (int x = 0; x < width; x += ZrleTile.Side)
            {
                int tileWidth = Math.Min(ZrleTile.Side, width - x), tileHeight = Math.Min(ZrleTile.Side, height - y);
                for (int line = 0; line < tileHeight; line++)
                    pixels.Slice((y + line) * width + x, tileWidth).CopyTo(_tile.AsSpan(line * tileWidth));
                WriteTile(_tile.AsSpan(0, tileWidth * tileHeight), tileWidth, translation);
            }
        _deflate.Flush();
        return _compressed.GetBuffer().AsMemory(0, (int)_compressed.Length);
    }

    public void Dispose()
    {
        _deflate.Dispose();
        _compressed.Dispose();
    }

    private void WriteTile(ReadOnlySpan<ushort> tile, int width, PixelTranslation translation)
    {
        int colours = CountColours(tile);
        int length = 0;
        _bytes[length++] = (byte)colours; // 0 is raw, 1 solid, 2 to 16 a palette
        for (int i = 0; i < colours; i++) length += WritePixel(_palette[i], translation, length);
        if (colours == 0)
            foreach (ushort pixel in tile) length += WritePixel(pixel, translation, length);
        else if (colours > 1)
            length += WriteIndices(tile, width, colours, length);
        _deflate.Write(_bytes.AsSpan(0, length));
    }

    /// <summary>Fills the palette; 0 when it does not suffice.</summary>
    private int CountColours(ReadOnlySpan<ushort> tile)
    {
        int colours = 0;
        int last = -1;
        foreach (ushort pixel in tile)
        {
            if (pixel == last) continue;
            last = pixel;
            if (_palette.AsSpan(0, colours).Contains(pixel)) continue;
            if (colours == _palette.Length) return 0;
            _palette[colours++] = pixel;
        }
        return colours;
    }

    private int WriteIndices(ReadOnlySpan<ushort> tile, int width, int colours, int at)
    {
        int bits = ZrleTile.IndexBits(colours), length = 0;
        for (; !tile.IsEmpty; tile = tile[width..])
        {
            int packed = 0, filled = 0;
            foreach (ushort pixel in tile[..width])
            {
                packed = (packed << bits) | _palette.AsSpan(0, colours).IndexOf(pixel);
                filled += bits;
                if (filled < 8) continue;
                _bytes[at + length++] = (byte)packed;
                packed = filled = 0;
            }
            if (filled > 0) _bytes[at + length++] = (byte)(packed << (8 - filled));
        }
        return length;
    }

    private int WritePixel(ushort pixel, PixelTranslation translation, int at)
    {
        uint value = translation.Translate(pixel) >> translation.ShortShift;
        for (int i = 0; i < translation.ShortBytes; i++, value >>= 8) _bytes[at + i] = (byte)value;
        return translation.ShortBytes;
    }
}
