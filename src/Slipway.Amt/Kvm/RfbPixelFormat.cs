using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>How a pixel is written (RFC 6143 §7.4).</summary>
internal readonly record struct RfbPixelFormat
{
    /// <summary>On the wire, in bytes: 4 of sizes and flags, 3 maximums of 2, 3 shifts, 3 of padding.</summary>
    public const int WireSize = 16;

    /// <summary>16 bits, little endian: the firmware's own, and what it sends unless asked otherwise.</summary>
    public static readonly RfbPixelFormat Rgb565 = new()
    {
        BitsPerPixel = 16, Depth = 16, TrueColour = true, RedMax = 31, GreenMax = 63, BlueMax = 31, RedShift = 11, GreenShift = 5, BlueShift = 0,
    };

    /// <summary>8 bits. The only other coloured format that does not make the firmware hang up.</summary>
    public static readonly RfbPixelFormat Rgb332 = new()
    {
        BitsPerPixel = 8, Depth = 8, TrueColour = true, RedMax = 7, GreenMax = 7, BlueMax = 3, RedShift = 5, GreenShift = 2, BlueShift = 0,
    };

    /// <summary>32 bits, little endian, blue first: what every viewer can show.</summary>
    public static readonly RfbPixelFormat Rgb888 = new()
    {
        BitsPerPixel = 32, Depth = 24, TrueColour = true, RedMax = 255, GreenMax = 255, BlueMax = 255, RedShift = 16, GreenShift = 8, BlueShift = 0,
    };

    /// <summary>8, 16 or 32.</summary>
    public byte BitsPerPixel { get; init; }

    public byte Depth { get; init; }

    public bool BigEndian { get; init; }

    /// <summary>False = pixels are indices into a colour map.</summary>
    public bool TrueColour { get; init; }

    public ushort RedMax { get; init; }

    public ushort GreenMax { get; init; }

    public ushort BlueMax { get; init; }

    public byte RedShift { get; init; }

    public byte GreenShift { get; init; }

    public byte BlueShift { get; init; }

    public int BytesPerPixel => BitsPerPixel / 8;

    /// <summary>Whether pixels can be written like this at all: a size that exists, and shifts that stay inside it.</summary>
    public bool IsUsable => BitsPerPixel is 8 or 16 or 32 && (TrueColour ? RedShift < BitsPerPixel && GreenShift < BitsPerPixel && BlueShift < BitsPerPixel : BitsPerPixel == 8);

    /// <param name="source">At least <see cref="WireSize"/> bytes.</param>
    public static RfbPixelFormat Read(ReadOnlySpan<byte> source) => new()
    {
        BitsPerPixel = source[0],
        Depth = source[1],
        BigEndian = source[2] != 0,
        TrueColour = source[3] != 0,
        RedMax = BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
        GreenMax = BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
        BlueMax = BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
        RedShift = source[10],
        GreenShift = source[11],
        BlueShift = source[12],
    };

    /// <param name="target">At least <see cref="WireSize"/> bytes.</param>
    public void Write(Span<byte> target)
    {
        target[..WireSize].Clear();
        target[0] = BitsPerPixel;
        target[1] = Depth;
        target[2] = BigEndian ? (byte)1 : (byte)0;
        target[3] = TrueColour ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], RedMax);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], GreenMax);
        BinaryPrimitives.WriteUInt16BigEndian(target[8..], BlueMax);
        target[10] = RedShift;
        target[11] = GreenShift;
        target[12] = BlueShift;
    }

    /// <summary>A pixel of this format as 0xRRGGBB, each colour stretched to 0…255.</summary>
    public uint ToRgb(uint pixel) =>
        (Stretch(pixel, RedShift, RedMax) << 16) | (Stretch(pixel, GreenShift, GreenMax) << 8) | Stretch(pixel, BlueShift, BlueMax);

    /// <summary>0xRRGGBB as the nearest pixel of this format.</summary>
    public uint FromRgb(uint rgb) =>
        (Squeeze(rgb >> 16, RedMax) << RedShift) | (Squeeze(rgb >> 8, GreenMax) << GreenShift) | (Squeeze(rgb, BlueMax) << BlueShift);

    private static uint Stretch(uint pixel, byte shift, ushort max) => max == 0 ? 0 : (((pixel >> shift) & max) * 255 + max / 2u) / max;

    private static uint Squeeze(uint value, ushort max) => ((value & 255) * max + 127) / 255;
}
