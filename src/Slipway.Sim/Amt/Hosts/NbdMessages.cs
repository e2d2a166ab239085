using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>Numbers of the NBD protocol (NetworkBlockDevice's doc/proto.md), big endian on the wire.</summary>
internal static class Nbd
{
    /// <summary>"NBDMAGIC", first bytes of the server's greeting.</summary>
    public const ulong Greeting = 0x4E42444D41474943;

    /// <summary>"IHAVEOPT", in the greeting and before each option.</summary>
    public const ulong OptionMagic = 0x49484156454F5054;
    public const ulong OptionReplyMagic = 0x0003E889045565A9;
    public const uint RequestMagic = 0x25609513;
    public const uint SimpleReplyMagic = 0x67446698;

    public const int GreetingBytes = 8 + 8 + 2;
    public const int ClientFlagsBytes = 4;

    /// <summary>Unused bytes after the answer to EXPORT_NAME, unless NO_ZEROES was agreed.</summary>
    public const int ExportNameZeroes = 124;

    /// <summary>Longest name of an export.</summary>
    public const int MaxNameBytes = 4096;

    /// <summary>Most bytes of one request that a client may count on.</summary>
    public const int MaxRequestBytes = 32 * 1024 * 1024;
}

/// <summary>Both the server's handshake flags (16 bits) and the client's (32 bits).</summary>
[Flags]
internal enum NbdHandshakeFlags : ushort
{
    None = 0,
    FixedNewstyle = 1,
    NoZeroes = 2,
}

[Flags]
internal enum NbdTransmissionFlags : ushort
{
    None = 0,
    HasFlags = 1,
    ReadOnly = 2,
    CanMultiConn = 1 << 8,
}

internal enum NbdOptionCode : uint
{
    ExportName = 1,
    Abort = 2,
    Info = 6,
    Go = 7,
}

internal enum NbdOptionReply : uint
{
    Ack = 1,
    Info = 3,
    Unsupported = 0x80000001,
    Invalid = 0x80000003,
    Unknown = 0x80000006,
}

internal enum NbdInfo : ushort
{
    Export = 0,
    BlockSize = 3,
}

internal enum NbdCommand : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
}

/// <summary>Errors of a reply: Linux's numbers of that name.</summary>
internal enum NbdError : uint
{
    None = 0,
    NotPermitted = 1,
    Io = 5,
    Invalid = 22,
}

/// <summary>One option of the negotiation: magic 8, code 4, length 4, data.</summary>
internal readonly record struct NbdOption(NbdOptionCode Code, ReadOnlyMemory<byte> Data)
{
    public const int HeaderBytes = 8 + 4 + 4;

    // INFO and GO: name length 4, name, count 2, and that many 16 bit numbers, of which there are a handful.
    public const int MaxDataBytes = 4 + Nbd.MaxNameBytes + 2 + 2 * 64;

    /// <summary>Reads the option <paramref name="bytes"/> begins with.</summary>
    public static OperationStatus TryRead(ReadOnlyMemory<byte> bytes, out NbdOption option, out int length)
    {
        option = default;
        length = 0;
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length < HeaderBytes) return OperationStatus.NeedMoreData;
        if (BinaryPrimitives.ReadUInt64BigEndian(span) != Nbd.OptionMagic) return OperationStatus.InvalidData;
        uint dataBytes = BinaryPrimitives.ReadUInt32BigEndian(span[12..]);
        if (dataBytes > MaxDataBytes) return OperationStatus.InvalidData;
        if (span.Length - HeaderBytes < dataBytes) return OperationStatus.NeedMoreData;
        option = new NbdOption((NbdOptionCode)BinaryPrimitives.ReadUInt32BigEndian(span[8..]), bytes.Slice(HeaderBytes, (int)dataBytes));
        length = HeaderBytes + (int)dataBytes;
        return OperationStatus.Done;
    }

    /// <summary>The export an INFO or GO option names; false when its data is not well formed.</summary>
    public bool TryReadName(out ReadOnlyMemory<byte> name)
    {
        name = default;
        ReadOnlySpan<byte> span = Data.Span;
        if (span.Length < 4 + 2) return false;
        uint nameBytes = BinaryPrimitives.ReadUInt32BigEndian(span);
        if (nameBytes > span.Length - 4 - 2) return false;
        int wanted = BinaryPrimitives.ReadUInt16BigEndian(span[(4 + (int)nameBytes)..]);
        if (span.Length != 4 + nameBytes + 2 + 2 * wanted) return false;
        name = Data.Slice(4, (int)nameBytes);
        return true;
    }
}

/// <summary>One request of the transmission phase: magic 4, flags 2, type 2, cookie 8, offset 8, length 4. A write's data follows it.</summary>
internal readonly record struct NbdRequest(NbdCommand Command, ulong Cookie, ulong Offset, uint Length)
{
    public const int Bytes = 4 + 2 + 2 + 8 + 8 + 4;

    /// <summary>Reads the request <paramref name="bytes"/> begins with.</summary>
    public static OperationStatus TryRead(ReadOnlySpan<byte> bytes, out NbdRequest request)
    {
        request = default;
        if (bytes.Length < Bytes) return OperationStatus.NeedMoreData;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Nbd.RequestMagic) return OperationStatus.InvalidData;
        request = new NbdRequest(
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        return OperationStatus.Done;
    }
}
