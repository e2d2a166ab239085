using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>Messages that open, guard and end a redirection session.</summary>
internal enum SessionMessage : byte
{
    StartRedirectionSession = 0x10,
    StartRedirectionSessionReply = 0x11,
    EndRedirectionSession = 0x12,
    AuthenticateSession = 0x13,
    AuthenticateSessionReply = 0x14,
}

/// <summary>Second byte of StartRedirectionSessionReply.</summary>
internal enum StartStatus : byte
{
    Success = 0,
    UnknownService = 1,
    Busy = 2,
    Disabled = 3,
    ConsentRequired = 5,
}

/// <summary>Fifth byte of the login messages.</summary>
internal enum LoginMethod : byte
{
    Query = 0,
    PlainText = 1,
    Kerberos = 2,

    /// <summary>RFC 2069: no qop, no counter in the hash.</summary>
    OldDigest = 3,

    /// <summary>RFC 2617 with qop.</summary>
    Digest = 4,
}

/// <summary>Second byte of AuthenticateSessionReply.</summary>
internal enum LoginStatus : byte
{
    Success = 0,

    /// <summary>Wrong; with data it is the challenge instead.</summary>
    Failure = 1,

    NotSupported = 2,
}

/// <summary>Lengths and layouts of the session's messages; integers are little endian.</summary>
internal static class SessionMessages
{
    /// <summary>type 1, reserved 3.</summary>
    public const int EndBytes = 4;

    /// <summary>type 1, flags 1, reserved 2, service 4.</summary>
    private const int StartBytes = 8;

    /// <summary>type 1, status 1, reserved 2, method 1, length of data 4; the data follow.</summary>
    private const int LoginHeaderBytes = 9;

    /// <summary>Nine strings of at most 255 bytes and their length bytes are less.</summary>
    private const int MaxLoginDataBytes = 4096;

    /// <summary>Intel's enterprise number.</summary>
    public const uint IntelEnterprise = 343;

    /// <summary>What may come before the service itself: 0x10, 0x12, 0x13.</summary>
    public static OperationStatus Measure(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.IsEmpty) return OperationStatus.NeedMoreData;
        switch ((SessionMessage)received[0])
        {
            case SessionMessage.StartRedirectionSession:
                length = StartBytes;
                break;
            case SessionMessage.EndRedirectionSession:
                length = EndBytes;
                break;
            case SessionMessage.AuthenticateSession:
                if (received.Length < LoginHeaderBytes) return OperationStatus.NeedMoreData;
                uint data = BinaryPrimitives.ReadUInt32LittleEndian(received[5..]);
                if (data > MaxLoginDataBytes) return OperationStatus.InvalidData;
                length = LoginHeaderBytes + (int)data;
                break;
            default:
                return OperationStatus.InvalidData;
        }
        return received.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    /// <summary>What a whole 0x10 asks for; null for a service that does not exist.</summary>
    public static SimSessionKind? Service(ReadOnlySpan<byte> start) => start[4..StartBytes] switch
    {
        var name when name.SequenceEqual("SOL "u8) => SimSessionKind.Sol,
        var name when name.SequenceEqual("IDER"u8) => SimSessionKind.Ider,
        var name when name.SequenceEqual("KVMR"u8) => SimSessionKind.Kvm,
        _ => null,
    };

    /// <summary>type 1, status 1, reserved 2, protocol 1.0, firmware version 2, enterprise 4, length of OEM data 1 (none).</summary>
    public static byte[] StartReply(StartStatus status, AmtProfile profile)
    {
        var reply = new byte[13];
        reply[0] = (byte)SessionMessage.StartRedirectionSessionReply;
        reply[1] = (byte)status;
        if (status != StartStatus.Success) return reply[..4];
        reply[4] = 1;
        reply[6] = (byte)profile.Major;
        reply[7] = (byte)profile.Minor;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(8), IntelEnterprise);
        return reply;
    }

    public static LoginMethod Method(ReadOnlySpan<byte> login) => (LoginMethod)login[4];

    public static byte[] LoginReply(LoginStatus status, LoginMethod method, ReadOnlySpan<byte> data)
    {
        var reply = new byte[LoginHeaderBytes + data.Length];
        reply[0] = (byte)SessionMessage.AuthenticateSessionReply;
        reply[1] = (byte)status;
        reply[4] = (byte)method;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(5), (uint)data.Length);
        data.CopyTo(reply.AsSpan(LoginHeaderBytes));
        return reply;
    }

    /// <summary>The strings in a whole 0x13, each one length byte and that many bytes; null when they are not <paramref name="count"/> or do not fill it exactly.</summary>
    public static string[]? Strings(ReadOnlySpan<byte> login, int count)
    {
        ReadOnlySpan<byte> rest = login[LoginHeaderBytes..];
        var strings = new string[count];
        for (int i = 0; i < count; i++)
        {
            if (rest.IsEmpty || rest.Length - 1 < rest[0]) return null;
            strings[i] = System.Text.Encoding.Latin1.GetString(rest.Slice(1, rest[0]));
            rest = rest[(1 + rest[0])..];
        }
        return rest.IsEmpty ? strings : null;
    }

    /// <summary>Strings as <see cref="Strings"/> reads them.</summary>
    public static byte[] Join(params string[] strings) =>
        [.. strings.SelectMany(s => System.Text.Encoding.Latin1.GetBytes(s).Prepend((byte)s.Length))];
}
