using System.Buffers.Binary;
using System.IO.Compression;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(640, 481)]
    public void A_picture_comes_back(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        new Random(width).NextBytes(rgb);

        (int readWidth, int readHeight, byte[] readRgb) = PngReader.Read(PngWriter.Write(width, height, rgb));

        Assert.Equal((width, height), (readWidth, readHeight));
        Assert.Equal(rgb, readRgb);
    }

    [Fact]
    public void The_end_is_the_twelve_bytes_it_always_is() =>
        Assert.Equal("0000000049454E44AE426082", Convert.ToHexString(PngWriter.Write(1, 1, [1, 2, 3]).AsSpan()[^12..]));
}

/// <summary>Reads what <see cref="PngWriter"/> writes, and checks every checksum bit by bit.</summary>
internal static class PngReader
{
    public static (int Width, int Height, byte[] Rgb) Read(ReadOnlySpan<byte> png)
    {
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(png[..8]));
        png = png[8..];
        int width = 0, height = 0;
        byte[] rgb = [];
        for (string name = ""; name != "IEND";)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png);
            name = System.Text.Encoding.ASCII.GetString(png[4..8]);
            ReadOnlySpan<byte> data = png.Slice(8, length);
            Assert.Equal(Crc(png.Slice(4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(png[(8 + length)..]));
            if (name == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
                Assert.Equal("0802000000", Convert.ToHexString(data[8..]));
            }
            if (name == "IDAT") rgb = Inflate(data.ToArray(), width, height);
            png = png[(12 + length)..];
        }
        Assert.True(png.IsEmpty);
        return (width, height, rgb);
    }

    private static byte[] Inflate(byte[] data, int width, int height)
    {
        using var inflater = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        var rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(0, inflater.ReadByte());
            inflater.ReadExactly(rgb, y * width * 3, width * 3);
        }
        Assert.Equal(-1, inflater.ReadByte());
        return rgb;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
