namespace Slipway.Amt.Kvm;

/// <summary>The picture of a screen, in the format it came in. Take <see cref="Gate"/> to read or change it.</summary>
internal sealed class FrameBuffer
{
    /// <summary>The most the firmware itself can hold, in bytes.</summary>
    public const int MostBytes = 9_216_000;

    private readonly uint[] _colours;
    private ushort[] _pixels;

    /// <param name="format">8 or 16 bits for a pixel.</param>
    public FrameBuffer(int width, int height, RfbPixelFormat format)
    {
        Width = width;
        Height = height;
        Format = format;
        _pixels = new ushort[width * height];
        _colours = new uint[1 << format.BitsPerPixel];
        for (uint pixel = 0; pixel < _colours.Length; pixel++) _colours[pixel] = format.ToRgb(pixel);
    }

    /// <summary>Held for as long as a rectangle is decoded or copied, never across an await.</summary>
    public Lock Gate { get; } = new();

    public int Width { get; private set; }

    public int Height { get; private set; }

    public RfbPixelFormat Format { get; }

    public RfbRectangle Area => new(0, 0, Width, Height);

    /// <summary>The format for a screen of this size: with colours when it fits the firmware's memory, else 8 bits; null when not even that fits.</summary>
    public static RfbPixelFormat? FormatFor(int width, int height)
    {
        long pixels = (long)width * height;
        return pixels * 2 <= MostBytes ? RfbPixelFormat.Rgb565 : pixels <= MostBytes ? RfbPixelFormat.Rgb332 : null;
    }

    /// <summary>A black screen of another size.</summary>
    public void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        _pixels = new ushort[width * height];
    }

    /// <summary>Pixels of a line, from <paramref name="x"/> on.</summary>
    public Span<ushort> Line(int x, int y, int width) => _pixels.AsSpan(y * Width + x, width);

    public void Fill(RfbRectangle area, ushort pixel)
    {
        for (int y = area.Y; y < area.Bottom; y++) Line(area.X, y, area.Width).Fill(pixel);
    }

    /// <summary>A pixel's value as 0xRRGGBB.</summary>
    public uint Colour(ushort pixel) => _colours[pixel];

    /// <summary>The whole picture, three bytes (red, green, blue) for a pixel, line after line.</summary>
    public byte[] ToRgb24()
    {
        var rgb = new byte[_pixels.Length * 3];
        int at = 0;
        foreach (ushort pixel in _pixels)
        {
            uint colour = _colours[pixel];
            rgb[at++] = (byte)(colour >> 16);
            rgb[at++] = (byte)(colour >> 8);
            rgb[at++] = (byte)colour;
        }
        return rgb;
    }
}
