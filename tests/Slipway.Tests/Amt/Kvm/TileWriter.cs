using System.IO.Compression;

namespace Slipway.Tests.Amt.Kvm;

/// <summary>How the test's own encoder compresses.</summary>
public enum Packing
{
    /// <summary>As RFC 6143 says.</summary>
    Zlib,

    /// <summary>Stored blocks after a header of zlib.</summary>
    Stored,

    /// <summary>Stored blocks and nothing else, as some firmware does.</summary>
    StoredWithoutHeader,
}

/// <summary>Writes ZRLE tiles, every kind on request. Knows nothing of the code under test.</summary>
internal sealed class TileWriter : IDisposable
{
    private readonly MemoryStream _compressed = new();
    private readonly ZLibStream? _zlib;
    private readonly bool _isWide;
    private bool _needsHeader;

    public TileWriter(Packing packing, bool isWide = true)
    {
        _isWide = isWide;
        if (packing == Packing.Zlib) _zlib = new ZLibStream(_compressed, CompressionLevel.Optimal, leaveOpen: true);
        _needsHeader = packing == Packing.Stored;
    }

    /// <summary>Compresses tiles to a rectangle's data, going on with the stream.</summary>
    public byte[] Pack(byte[] tiles)
    {
        _compressed.SetLength(0);
        if (_zlib is not null)
        {
            _zlib.Write(tiles);
            _zlib.Flush();
            return _compressed.ToArray();
        }
        if (_needsHeader) _compressed.Write([0x78, 0x01]);
        _needsHeader = false;
        for (int at = 0; at < tiles.Length; at += ushort.MaxValue)
        {
            int length = Math.Min(ushort.MaxValue, tiles.Length - at);
            _compressed.Write([0, (byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8)]);
            _compressed.Write(tiles, at, length);
        }
        return _compressed.ToArray();
    }

    public byte[] Raw(ushort[] pixels) => [0, .. pixels.SelectMany(Pixel)];

    public byte[] Solid(ushort pixel) => [1, .. Pixel(pixel)];

    public byte[] PackedPalette(ushort[] pixels, int width)
    {
        ushort[] palette = Palette(pixels, 2);
        int bits = palette.Length == 2 ? 1 : palette.Length <= 4 ? 2 : 4;
        var tile = new List<byte> { (byte)palette.Length };
        tile.AddRange(palette.SelectMany(Pixel));
        foreach (ushort[] line in pixels.Chunk(width))
        {
            string text = string.Concat(line.Select(p => Convert.ToString(Array.IndexOf(palette, p), 2).PadLeft(bits, '0')));
            tile.AddRange(text.PadRight((text.Length + 7) / 8 * 8, '0').Chunk(8).Select(b => Convert.ToByte(new string(b), 2)));
        }
        return [.. tile];
    }

    public byte[] PlainRuns(ushort[] pixels)
    {
        var tile = new List<byte> { 128 };
        foreach ((ushort pixel, int run) in Runs(pixels))
        {
            tile.AddRange(Pixel(pixel));
            tile.AddRange(RunLength(run));
        }
        return [.. tile];
    }

    public byte[] PaletteRuns(ushort[] pixels)
    {
        ushort[] palette = Palette(pixels, 2);
        var tile = new List<byte> { (byte)(128 + palette.Length) };
        tile.AddRange(palette.SelectMany(Pixel));
        foreach ((ushort pixel, int run) in Runs(pixels))
        {
            int index = Array.IndexOf(palette, pixel);
            if (run == 1)
            {
                tile.Add((byte)index);
                continue;
            }
            tile.Add((byte)(index | 128));
            tile.AddRange(RunLength(run));
        }
        return [.. tile];
    }

    public void Dispose()
    {
        _zlib?.Dispose();
        _compressed.Dispose();
    }

    private byte[] Pixel(ushort pixel) => _isWide ? [(byte)pixel, (byte)(pixel >> 8)] : [(byte)pixel];

    private static ushort[] Palette(ushort[] pixels, int least)
    {
        List<ushort> palette = [.. pixels.Distinct()];
        while (palette.Count < least) palette.Add(0);
        return [.. palette];
    }

    private static IEnumerable<byte> RunLength(int run) => [.. Enumerable.Repeat((byte)255, (run - 1) / 255), (byte)((run - 1) % 255)];

    private static IEnumerable<(ushort Pixel, int Run)> Runs(ushort[] pixels)
    {
        for (int i = 0, run; i < pixels.Length; i += run)
        {
            run = 1;
            while (i + run < pixels.Length && pixels[i + run] == pixels[i]) run++;
            yield return (pixels[i], run);
        }
    }
}
