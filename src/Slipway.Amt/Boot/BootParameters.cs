using System.Buffers.Binary;
using System.Text;

namespace Slipway.Amt.Boot;

/// <summary>Parameters of one-click recovery's boots (UefiBootParametersArray): records of vendor 2, type 2, length 4, value; little endian.</summary>
/// <param name="Bytes">The records, one behind the other.</param>
/// <param name="Count">How many.</param>
internal sealed record BootParameters(byte[] Bytes, int Count)
{
    private const ushort Intel = 0x8086;
    private const int HeaderBytes = 8;

    /// <summary>Types of the records.</summary>
    public enum Type : ushort
    {
        Url = 1,

        /// <summary>One byte: take the trusted authorities from the firmware's store.</summary>
        ImportAuthority = 20,

        /// <summary>Seconds, two bytes; 0 = the default.</summary>
        RequestTimeout = 30,
    }

    /// <summary>The smallest set seen to work for an https address.</summary>
    public static BootParameters ForUrl(string url) => Write(
        (Type.Url, Encoding.UTF8.GetBytes(url)), (Type.ImportAuthority, [1]), (Type.RequestTimeout, [0, 0]));

    public static BootParameters Write(params ReadOnlySpan<(Type Type, byte[] Value)> records)
    {
        var bytes = new List<byte>();
        Span<byte> header = stackalloc byte[HeaderBytes];
        foreach ((Type type, byte[] value) in records)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header, Intel);
            BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)type);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], value.Length);
            bytes.AddRange(header);
            bytes.AddRange(value);
        }
        return new BootParameters([.. bytes], records.Length);
    }

    /// <summary>Reads records; null when a length does not fit.</summary>
    public static IReadOnlyList<(Type Type, byte[] Value)>? TryRead(ReadOnlySpan<byte> bytes)
    {
        var records = new List<(Type, byte[])>();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < HeaderBytes) return null;
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            if (length < 0 || length > bytes.Length - HeaderBytes) return null;
            records.Add(((Type)BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), bytes.Slice(HeaderBytes, length).ToArray()));
            bytes = bytes[(HeaderBytes + length)..];
        }
        return records;
    }
}
