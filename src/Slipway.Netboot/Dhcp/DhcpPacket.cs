using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Slipway.Netboot.Dhcp;

/// <summary>The <c>op</c> field (RFC 951 §3).</summary>
public enum BootpOperation : byte
{
    Request = 1,
    Reply = 2,
}

/// <summary>A DHCP or BOOTP message (RFC 2131 §2, RFC 951 §3). Holds copies; nothing points into the receive buffer.</summary>
/// <remarks>
/// <code>
///   0 op 1 | htype 1 | hlen 1 | hops 1
///   4 xid 4
///   8 secs 2 | flags 2 (bit 15 = broadcast)
///  12 ciaddr 4  16 yiaddr 4  20 siaddr 4  24 giaddr 4
///  28 chaddr 16
///  44 sname 64
/// 108 file 128
/// 236 magic cookie 4 (63 82 53 63)
/// 240 options, ended by 255
/// </code>
/// </remarks>
public sealed class DhcpPacket
{
    /// <summary>Fixed header and magic cookie.</summary>
    public const int OptionsOffset = 240;

    /// <summary>A BOOTP message is never shorter (RFC 951 §3), and relays drop shorter ones (RFC 1542 §2.1).</summary>
    public const int ShortestMessage = 300;

    /// <summary>Longest text the <c>file</c> field holds with its terminating zero.</summary>
    public const int LongestFile = FileLength - 1;

    private const int CookieOffset = 236;
    private const uint MagicCookie = 0x63825363;
    private const int HardwareAddressLength = 16;
    private const int ServerNameOffset = 44;
    private const int ServerNameLength = 64;
    private const int FileOffset = 108;
    private const int FileLength = 128;
    private const ushort BroadcastFlag = 0x8000;

    private byte[] _hardwareAddress = [];

    public BootpOperation Operation { get; init; } = BootpOperation.Request;

    /// <summary><c>htype</c>; 1 = Ethernet.</summary>
    public byte HardwareType { get; init; } = 1;

    public byte Hops { get; init; }

    /// <summary><c>xid</c>.</summary>
    public uint TransactionId { get; init; }

    /// <summary><c>secs</c>: seconds since the client began.</summary>
    public ushort Seconds { get; init; }

    /// <summary>Bit 15 of <c>flags</c>: the client cannot yet take a unicast.</summary>
    public bool WantsBroadcast { get; init; }

    /// <summary><c>ciaddr</c>.</summary>
    public IPAddress ClientAddress { get; init; } = IPAddress.Any;

    /// <summary><c>yiaddr</c>.</summary>
    public IPAddress YourAddress { get; init; } = IPAddress.Any;

    /// <summary><c>siaddr</c>: the next server.</summary>
    public IPAddress NextServer { get; init; } = IPAddress.Any;

    /// <summary><c>giaddr</c>: the relay agent.</summary>
    public IPAddress Relay { get; init; } = IPAddress.Any;

    /// <summary><c>chaddr</c>, <c>hlen</c> bytes of it; at most 16.</summary>
    public IReadOnlyList<byte> HardwareAddress
    {
        get => _hardwareAddress;
        init => _hardwareAddress = value.Count <= HardwareAddressLength
            ? [.. value]
            : throw new ArgumentOutOfRangeException(nameof(value), "chaddr holds 16 bytes");
    }

    /// <summary><c>sname</c>; empty when it carries options.</summary>
    public string ServerName { get; init; } = "";

    /// <summary><c>file</c>; empty when it carries options.</summary>
    public string File { get; init; } = "";

    public DhcpOptions Options { get; init; } = [];

    /// <summary>Option 53; <see cref="DhcpMessageType.None"/> = BOOTP.</summary>
    public DhcpMessageType MessageType => Options[DhcpOptionCode.MessageType] is { Length: > 0 } type ? (DhcpMessageType)type[0] : DhcpMessageType.None;

    /// <summary>Reads a datagram; false and a defect when it is not a message. Without the magic cookie it is BOOTP without options.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out DhcpPacket packet, out DhcpDefect defect)
    {
        packet = new DhcpPacket();
        if (datagram.Length < OptionsOffset) return Fail(DhcpDefect.TooShort, out defect);
        if (datagram[0] is not ((byte)BootpOperation.Request or (byte)BootpOperation.Reply)) return Fail(DhcpDefect.UnknownOperation, out defect);
        if (datagram[2] > HardwareAddressLength) return Fail(DhcpDefect.HardwareAddressTooLong, out defect);

        var options = new DhcpOptions();
        ReadOnlySpan<byte> serverName = datagram.Slice(ServerNameOffset, ServerNameLength);
        ReadOnlySpan<byte> file = datagram.Slice(FileOffset, FileLength);
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[CookieOffset..]) == MagicCookie)
        {
            defect = Collect(datagram[OptionsOffset..], options);
            if (defect != DhcpDefect.None) return false;

            // Options in file come before those in sname (RFC 3396 §5); a field without END simply ends.
            var overload = (DhcpOverload)(options[DhcpOptionCode.Overload] is { Length: > 0 } value ? value[0] : 0);
            if (overload.HasFlag(DhcpOverload.File) && Collect(file, options) == DhcpDefect.OptionTruncated) return Fail(DhcpDefect.OptionTruncated, out defect);
            if (overload.HasFlag(DhcpOverload.ServerName) && Collect(serverName, options) == DhcpDefect.OptionTruncated) return Fail(DhcpDefect.OptionTruncated, out defect);
            if (overload.HasFlag(DhcpOverload.File)) file = default;
            if (overload.HasFlag(DhcpOverload.ServerName)) serverName = default;

            bool hasType = options.Contains(DhcpOptionCode.MessageType);
            ReadOnlySpan<byte> type = options[DhcpOptionCode.MessageType];
            if (hasType && (type.IsEmpty || type[0] is 0 or > (byte)DhcpMessageType.Inform)) return Fail(DhcpDefect.UnknownMessageType, out defect);
        }

        packet = new DhcpPacket
        {
            Operation = (BootpOperation)datagram[0],
            HardwareType = datagram[1],
            Hops = datagram[3],
            TransactionId = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            Seconds = BinaryPrimitives.ReadUInt16BigEndian(datagram[8..]),
            WantsBroadcast = (BinaryPrimitives.ReadUInt16BigEndian(datagram[10..]) & BroadcastFlag) != 0,
            ClientAddress = new IPAddress(datagram.Slice(12, 4)),
            YourAddress = new IPAddress(datagram.Slice(16, 4)),
            NextServer = new IPAddress(datagram.Slice(20, 4)),
            Relay = new IPAddress(datagram.Slice(24, 4)),
            HardwareAddress = datagram.Slice(28, datagram[2]).ToArray(),
            ServerName = Text(serverName),
            File = Text(file),
            Options = options,
        };
        defect = DhcpDefect.None;
        return true;
    }

    /// <summary>
    /// Writes the message, at least <see cref="ShortestMessage"/> and at most <paramref name="longest"/> bytes. Options are written in their
    /// order; one that does not fit is left out, so the order is one of importance. Option 82 is last and always fits.
    /// </summary>
    /// <remarks>Never overloads <c>sname</c> and <c>file</c>: several boot programs cannot read that.</remarks>
    /// <exception cref="ArgumentException"><see cref="ServerName"/> or <see cref="File"/> is too long for its field.</exception>
    public byte[] Write(int longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, ShortestMessage);
        if (ServerName.Length >= ServerNameLength) throw new ArgumentException("sname holds 63 characters");
        if (File.Length > LongestFile) throw new ArgumentException("file holds 127 characters");

        var buffer = new byte[longest];
        Span<byte> message = buffer;
        message[0] = (byte)Operation;
        message[1] = HardwareType;
        message[2] = (byte)_hardwareAddress.Length;
        message[3] = Hops;
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], TransactionId);
        BinaryPrimitives.WriteUInt16BigEndian(message[8..], Seconds);
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], WantsBroadcast ? BroadcastFlag : (ushort)0);
        ClientAddress.TryWriteBytes(message[12..], out _);
        YourAddress.TryWriteBytes(message[16..], out _);
        NextServer.TryWriteBytes(message[20..], out _);
        Relay.TryWriteBytes(message[24..], out _);
        _hardwareAddress.CopyTo(message[28..]);
        Encoding.ASCII.GetBytes(ServerName, message[ServerNameOffset..]);
        Encoding.ASCII.GetBytes(File, message[FileOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(message[CookieOffset..], MagicCookie);

        int at = OptionsOffset;
        ReadOnlySpan<byte> relayInformation = Options[DhcpOptionCode.RelayAgentInformation];
        int tail = 1 + (Options.Contains(DhcpOptionCode.RelayAgentInformation) ? DhcpOptions.WireLength(relayInformation.Length) : 0);
        foreach ((DhcpOptionCode code, byte[] value) in Options)
        {
            if (code == DhcpOptionCode.RelayAgentInformation) continue;
            if (at + DhcpOptions.WireLength(value.Length) + tail <= longest) at += DhcpOptions.WriteOne(message[at..], code, value);
        }
        if (tail > 1 && at + tail <= longest) at += DhcpOptions.WriteOne(message[at..], DhcpOptionCode.RelayAgentInformation, relayInformation);
        message[at++] = (byte)DhcpOptionCode.End;
        return buffer[..Math.Max(at, ShortestMessage)];
    }

    private static DhcpDefect Collect(ReadOnlySpan<byte> field, DhcpOptions into)
    {
        var reader = new DhcpOptionReader(field);
        while (reader.TryNext(out DhcpOptionCode code, out ReadOnlySpan<byte> value)) into.Add(code, value);
        return reader.Defect;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? field : field[..end]);
    }

    private static bool Fail(DhcpDefect why, out DhcpDefect defect)
    {
        defect = why;
        return false;
    }
}
