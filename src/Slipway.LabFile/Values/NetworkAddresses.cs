using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.LabFile.Values;

/// <summary>IPv4 and MAC addresses as text. Stricter than .NET's parsers, which take "1" and octal for an IPv4 address.</summary>
internal static class NetworkAddresses
{
    /// <summary>Four decimal numbers without leading zeros; null otherwise.</summary>
    public static IPAddress? TryIpv4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4) return null;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length > 1 && parts[i][0] == '0') return null;
            if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) return null;
        }

        return new IPAddress(bytes);
    }

    /// <summary>Six hexadecimal pairs with ':' or '-' between; null otherwise.</summary>
    public static PhysicalAddress? TryMac(string text)
    {
        const int textLength = 17;
        if (text.Length != textLength) return null;
        var bytes = new byte[6];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!byte.TryParse(text.AsSpan(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i])) return null;
            if (i > 0 && (text[i * 3 - 1] != text[2] || text[2] is not (':' or '-'))) return null;
        }

        return new PhysicalAddress(bytes);
    }

    public static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public static IPAddress FromNumber(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
