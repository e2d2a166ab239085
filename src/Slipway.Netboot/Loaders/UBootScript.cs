using System.Buffers.Binary;
using System.Text;

namespace Slipway.Netboot.Loaders;

/// <summary>Wraps commands as a U-Boot script image, the kind that Debian's U-Boot asks for by itself as <c>boot.scr.uimg</c>.</summary>
/// <remarks>
/// Legacy image format (U-Boot's include/image.h), big-endian, 64 bytes before the data:
/// magic 4, header CRC 4, time 4, data size 4, load 4, entry 4, data CRC 4, os 1, architecture 1, type 1, compression 1, name 32.
/// A script's data is a list of sizes ended by 0, then the texts.
/// </remarks>
public static class UBootScript
{
    /// <summary>The name U-Boot's distro boot asks for.</summary>
    public const string FileName = "boot.scr.uimg";

    private const int HeaderBytes = 64;
    private const uint Magic = 0x27051956;
    private const byte OsLinux = 5;
    private const byte ArchitectureArm64 = 22;
    private const byte TypeScript = 6;

    /// <summary>Makes U-Boot go on to PXE-style booting from our server, which is where the image's configuration is.</summary>
    /// <param name="site">Our servers.</param>
    public static byte[] Write(BootSite site) => Wrap(
        // The name of this script became bootfile; pxe get would look for its configuration beside it.
        $"setenv autoload no\nsetenv bootfile\nsetenv serverip {site.Server}\npxe get && pxe boot\n" +
        "echo Slipway: U-Boot could not boot the image\n", "slipway");

    internal static byte[] Wrap(string commands, string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(commands);
        byte[] image = new byte[HeaderBytes + 8 + text.Length];
        Span<byte> data = image.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)text.Length);
        text.CopyTo(data[8..]);

        Span<byte> header = image.AsSpan(0, HeaderBytes);
        BinaryPrimitives.WriteUInt32BigEndian(header, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], (uint)data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[24..], Crc32(data));
        header[28] = OsLinux;
        header[29] = ArchitectureArm64;
        header[30] = TypeScript;
        Encoding.ASCII.GetBytes(name, header[32..]);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Crc32(header));
        return image;
    }

    /// <summary>CRC-32 of ISO 3309, as zlib and U-Boot compute it; a few kilobytes per boot, so bit by bit will do.</summary>
    internal static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
