using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>Turns the screen's pixels into a viewer's. Immutable: a viewer that asks for another format gets another one.</summary>
internal sealed class PixelTranslation
{
    private readonly uint[] _table;
    private readonly int _bytes;

    /// <param name="from">The screen's, 8 or 16 bits.</param>
    /// <param name="to">A usable one with true colours.</param>
    public PixelTranslation(RfbPixelFormat from, RfbPixelFormat to)
    {
        _bytes = to.BytesPerPixel;
        _table = new uint[1 << from.BitsPerPixel];
        for (uint pixel = 0; pixel < _table.Length; pixel++)
        {
            uint value = to.FromRgb(from.ToRgb(pixel));
            // Kept so that its lowest byte is always the first on the wire.
            _table[pixel] = !to.BigEndian ? value : to.BitsPerPixel == 32 ? BinaryPrimitives.ReverseEndianness(value) : to.BitsPerPixel == 16 ? BinaryPrimitives.ReverseEndianness((ushort)value) : value;
        }

        // RFC 6143 §7.7.5: pixels of 32 bits whose colours fit in three bytes lose the fourth.
        uint colours = to.FromRgb(0xFFFFFF);
        bool isShort = _bytes == 4 && to.Depth <= 24 && ((colours & 0xFF000000) == 0 || (colours & 0xFF) == 0);
        bool isUpper = isShort && (colours & 0xFF000000) != 0;
        ShortBytes = isShort ? 3 : _bytes;
        ShortShift = isShort && isUpper != to.BigEndian ? 8 : 0;
    }

    public int BytesPerPixel => _bytes;

    /// <summary>Bytes of a CPIXEL of ZRLE.</summary>
    public int ShortBytes { get; }

    /// <summary>Bits of <see cref="Translate"/>'s result to drop for a CPIXEL.</summary>
    public int ShortShift { get; }

    /// <summary>A viewer's pixel, its first byte on the wire in the lowest bits.</summary>
    public uint Translate(ushort pixel) => _table[pixel];

    /// <param name="target">Takes <see cref="BytesPerPixel"/> for each pixel.</param>
    public void Write(ReadOnlySpan<ushort> pixels, Span<byte> target)
    {
        switch (_bytes)
        {
            case 4:
                for (int i = 0; i < pixels.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(target[(i * 4)..], _table[pixels[i]]);
                break;
            case 2:
                for (int i = 0; i < pixels.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(target[(i * 2)..], (ushort)_table[pixels[i]]);
                break;
            default:
                for (int i = 0; i < pixels.Length; i++) target[i] = (byte)_table[pixels[i]];
                break;
        }
    }
}
