using System.Buffers.Binary;
using System.Net;

namespace Slipway.Netboot.Ipv6;

/// <summary>ICMPv6 messages of router discovery (RFC 4861 §4).</summary>
internal enum RouterDiscoveryType : byte
{
    Solicitation = 133,
    Advertisement = 134,
}

/// <summary>Reads router solicitations and writes our advertisement. The system fills in the checksum (RFC 3542 §3.1).</summary>
/// <remarks>
/// <code>
///  0 type 1 | code 1 | checksum 2 | hop limit 1 | flags 1 | router lifetime 2
///  8 reachable time 4 | retransmission time 4
/// 16 option 3 (prefix information, RFC 4861 §4.6.2): type 1 | length 1 (of 8 bytes) | prefix length 1 | flags 1
/// 20 valid lifetime 4 | preferred lifetime 4 | reserved 4
/// 32 prefix 16
/// </code>
/// </remarks>
internal static class RouterAdvertisement
{
    public const int Length = 48;

    private const int SolicitationLength = 8;
    private const int PrefixOption = 16;
    private const byte PrefixOptionType = 3;
    private const byte PrefixOptionUnits = 4;
    private const byte PrefixLength = 64;
    private const byte OnLinkAndAutonomous = 0xC0;
    private const byte HopLimit = 64;
    private const uint LifetimeSeconds = 3600;

    /// <summary>True for a router solicitation (RFC 4861 §4.1).</summary>
    public static bool IsSolicitation(ReadOnlySpan<byte> message) =>
        message.Length >= SolicitationLength && message[0] == (byte)RouterDiscoveryType.Solicitation && message[1] == 0;

    /// <summary>An advertisement of a prefix without a default route and without DHCPv6: it ends a boot loader's wait for a router and routes nothing.</summary>
    public static byte[] Write(IPAddress prefix)
    {
        var message = new byte[Length];
        message[0] = (byte)RouterDiscoveryType.Advertisement;
        message[4] = HopLimit;
        // Flags M and O stay 0 (else iPXE goes on to wait for DHCPv6), router lifetime stays 0 (not a default router).
        Span<byte> option = message.AsSpan(PrefixOption);
        option[0] = PrefixOptionType;
        option[1] = PrefixOptionUnits;
        option[2] = PrefixLength;
        option[3] = OnLinkAndAutonomous;
        BinaryPrimitives.WriteUInt32BigEndian(option[4..], LifetimeSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(option[8..], LifetimeSeconds);
        prefix.TryWriteBytes(option[16..], out _);
        option.Slice(16 + PrefixLength / 8).Clear();
        return message;
    }
}
