using System.Buffers.Binary;
using System.IO.Compression;

namespace Slipway.Amt.Kvm;

/// <summary>Writes a picture as PNG (ISO/IEC 15948): 8 bits for a colour, no interlace, no filter. Pure.</summary>
internal static class PngWriter
{
    /// <summary>§5.2.</summary>
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private const byte BitsForAColour = 8;
    private const byte ColourTypeRgb = 2;
    private const byte FilterNone = 0;

    /// <summary>§5.5: the polynomial, bits reversed.</summary>
    private const uint CrcPolynomial = 0xEDB88320;

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <param name="rgb">Three bytes for a pixel, line after line.</param>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var png = new MemoryStream();
        png.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        header.Clear(); // the last three: deflate, the five filters, no interlace
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = BitsForAColour;
        header[9] = ColourTypeRgb;
        WriteChunk(png, "IHDR"u8, header);

        using (var data = new MemoryStream())
        {
            using (var deflate = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            {
                int line = width * 3;
                for (int y = 0; y < height; y++)
                {
                    deflate.WriteByte(FilterNone);
                    deflate.Write(rgb.Slice(y * line, line));
                }
            }
            WriteChunk(png, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        }

        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>Length, name, data, and the checksum over name and data (§5.3).</summary>
    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(name);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, name), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static uint CrcOf(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? CrcPolynomial ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
