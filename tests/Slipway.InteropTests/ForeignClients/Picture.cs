using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>A picture of three bytes for a pixel, read from the files that programs write.</summary>
internal sealed record Picture(int Width, int Height, byte[] Rgb)
{
    /// <summary>Whether the boot sector of <see cref="QemuDisplay"/> has done its work: its last line has 200 colours and more, and letters on black have few.</summary>
    public bool IsPainted => Enumerable.Range(0, Width).Select(x => Convert.ToHexString(Rgb.AsSpan(((Height - 1) * Width + x) * 3, 3))).Distinct().Count() > 100;

    /// <summary>The same with as much of each colour as 16 bits keep.</summary>
    public Picture InRgb565() => this with { Rgb = [.. Rgb.Select((value, i) => (byte)(i % 3 == 1 ? value & 0xFC : value & 0xF8))] };

    /// <summary>Binary PPM: <c>P6 width height 255</c> and the pixels.</summary>
    public static Picture FromPpm(byte[] file)
    {
        string[] header = Encoding.ASCII.GetString(file, 0, Math.Min(file.Length, 40)).Split((char[])[' ', '\n'], 5);
        Assert.Equal(("P6", "255"), (header[0], header[3]));
        (int width, int height) = (int.Parse(header[1]), int.Parse(header[2]));
        return new Picture(width, height, file[^(width * height * 3)..]);
    }

    /// <summary>PNG of 8 bits for a colour, with any filter (ISO/IEC 15948 §9).</summary>
    public static Picture FromPng(byte[] file)
    {
        (int width, int height, int colourType) = (0, 0, 0);
        var data = new MemoryStream();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string name = Encoding.ASCII.GetString(file, at + 4, 4);
            ReadOnlySpan<byte> body = file.AsSpan(at + 8, length);
            if (name == "IHDR")
            {
                (width, height, colourType) = (BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt32BigEndian(body[4..]), body[9]);
                Assert.Equal((8, true, 0), (body[8], colourType is 2 or 6, body[12]));
            }
            if (name == "IDAT") data.Write(body);
            at += 12 + length;
        }
        data.Position = 0;
        using var inflater = new ZLibStream(data, CompressionMode.Decompress);
        int size = colourType == 2 ? 3 : 4;
        var rgb = new List<byte>();
        var above = new byte[width * size];
        for (int y = 0; y < height; y++)
        {
            int filter = inflater.ReadByte();
            var line = new byte[width * size];
            inflater.ReadExactly(line);
            for (int i = 0; i < line.Length; i++)
            {
                int left = i < size ? 0 : line[i - size], corner = i < size ? 0 : above[i - size];
                line[i] += (byte)(filter switch { 0 => 0, 1 => left, 2 => above[i], 3 => (left + above[i]) / 2, _ => Paeth(left, above[i], corner) });
            }
            for (int x = 0; x < width; x++) rgb.AddRange(line.AsSpan(x * size, 3));
            above = line;
        }
        return new Picture(width, height, [.. rgb]);
    }

    /// <summary>Width and height of a JPEG (its frame header, 0xFFC0 to 0xFFC2).</summary>
    public static (int Width, int Height) SizeOfJpeg(byte[] file)
    {
        Assert.Equal("FFD8", Convert.ToHexString(file.AsSpan(0, 2)));
        int at = 2;
        while (file[at + 1] is < 0xC0 or > 0xC2) at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        return (BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 7)), BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 5)));
    }

    private static int Paeth(int left, int above, int corner)
    {
        int guess = left + above - corner;
        (int a, int b, int c) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? above : corner;
    }
}
