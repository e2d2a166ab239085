using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Slipway.Amt.Redirection;

/// <summary>Types of the session layer's messages. All integers are little endian.</summary>
internal enum RedirectionMessageType : byte
{
    StartRedirectionSession = 0x10,
    StartRedirectionSessionReply = 0x11,
    EndRedirectionSession = 0x12,
    AuthenticateSession = 0x13,
    AuthenticateSessionReply = 0x14,
}

/// <summary>Logins of the redirection port.</summary>
internal enum RedirectionLogin : byte
{
    Query = 0,

    /// <summary>User name and password in clear; gone since release 12.</summary>
    PlainText = 1,
    Kerberos = 2,

    /// <summary>RFC 2069.</summary>
    Digest = 3,

    /// <summary>RFC 2617 with qop.</summary>
    DigestWithQuality = 4,
}

/// <summary>Status of StartRedirectionSessionReply.</summary>
internal enum SessionStatus : byte
{
    Success = 0,
    UnknownService = 1,
    Busy = 2,
    Unsupported = 3,
    ConsentRequired = 5,
    Error = 0xFF,
}

/// <summary>Status of AuthenticateSessionReply.</summary>
internal enum LoginStatus : byte
{
    Success = 0,

    /// <summary>Also: here is your challenge.</summary>
    Failure = 1,
    NotSupported = 2,
}

/// <summary>StartRedirectionSessionReply, 0x11.</summary>
/// <param name="Status">Success, or why not.</param>
/// <param name="FirmwareMajor">0 when the firmware refused.</param>
/// <param name="FirmwareMinor">0 when the firmware refused.</param>
internal readonly record struct SessionReply(SessionStatus Status, byte FirmwareMajor, byte FirmwareMinor);

/// <summary>AuthenticateSessionReply, 0x14.</summary>
/// <param name="Data">Login methods, or the strings of a challenge.</param>
internal readonly record struct LoginReply(LoginStatus Status, RedirectionLogin Method, byte[] Data);

/// <summary>Reads and writes the session layer's messages: pure.</summary>
internal static class RedirectionMessage
{
    /// <summary>The digest's URI and method, the same in every firmware.</summary>
    public const string Uri = "/RedirectionService";
    public const string Method = "POST";

    // type 1 + status 1 + reserved 2
    private const int ShortReplyBytes = 4;

    // type 1 + status 1 + reserved 2 + protocol 2 + firmware 2 + IANA number 4 + OEM length 1
    private const int ReplyBytes = 13;
    private const int OemLengthOffset = 12;
    private const int FirmwareOffset = 6;

    // type 1 + status 1 + reserved 2 + method 1 + length 4
    private const int LoginHeaderBytes = 9;
    private const int LoginLengthOffset = 5;

    /// <summary>Seven or eight strings of at most 255 bytes are all that a reply holds.</summary>
    private const int MaxLoginData = 2048;

    /// <summary>StartRedirectionSession: type, flags, reserved 2, four letters.</summary>
    public static byte[] Start(RedirectionKind kind)
    {
        (byte flags, string name) = kind switch
        {
            RedirectionKind.Sol => ((byte)0, "SOL "),
            RedirectionKind.Ider => ((byte)0, "IDER"),
            _ => ((byte)1, "KVMR"),
        };
        return [(byte)RedirectionMessageType.StartRedirectionSession, flags, 0, 0, .. Encoding.ASCII.GetBytes(name)];
    }

    /// <summary>EndRedirectionSession.</summary>
    public static byte[] End() => [(byte)RedirectionMessageType.EndRedirectionSession, 0, 0, 0];

    /// <summary>AuthenticateSession with its strings, each a length byte and so many bytes.</summary>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes.</exception>
    public static byte[] Login(RedirectionLogin method, params ReadOnlySpan<string> strings)
    {
        var data = new List<byte>();
        foreach (string text in strings)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            if (bytes.Length > byte.MaxValue) throw new ArgumentException("a string of the login is longer than 255 bytes");
            data.Add((byte)bytes.Length);
            data.AddRange(bytes);
        }
        byte[] message = new byte[LoginHeaderBytes + data.Count];
        message[0] = (byte)RedirectionMessageType.AuthenticateSession;
        message[4] = (byte)method;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(LoginLengthOffset), data.Count);
        data.CopyTo(message, LoginHeaderBytes);
        return message;
    }

    /// <summary>Reads a 0x11. After a refusal nothing useful follows, so its four bytes are the message.</summary>
    public static OperationStatus ReadReply(ReadOnlySpan<byte> bytes, out SessionReply reply, out int length)
    {
        reply = default;
        length = 0;
        if (bytes.Length > 0 && bytes[0] != (byte)RedirectionMessageType.StartRedirectionSessionReply) return OperationStatus.InvalidData;
        if (bytes.Length < ShortReplyBytes) return OperationStatus.NeedMoreData;
        var status = (SessionStatus)bytes[1];
        if (status != SessionStatus.Success)
        {
            reply = new SessionReply(status, 0, 0);
            length = ShortReplyBytes;
            return OperationStatus.Done;
        }
        if (bytes.Length < ReplyBytes) return OperationStatus.NeedMoreData;
        length = ReplyBytes + bytes[OemLengthOffset];
        reply = new SessionReply(status, bytes[FirmwareOffset], bytes[FirmwareOffset + 1]);
        return bytes.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    /// <summary>Reads a 0x14.</summary>
    public static OperationStatus ReadLoginReply(ReadOnlySpan<byte> bytes, out LoginReply reply, out int length)
    {
        reply = default;
        length = 0;
        if (bytes.Length > 0 && bytes[0] != (byte)RedirectionMessageType.AuthenticateSessionReply) return OperationStatus.InvalidData;
        if (bytes.Length < LoginHeaderBytes) return OperationStatus.NeedMoreData;
        int data = BinaryPrimitives.ReadInt32LittleEndian(bytes[LoginLengthOffset..]);
        if (data is < 0 or > MaxLoginData) return OperationStatus.InvalidData;
        length = LoginHeaderBytes + data;
        if (bytes.Length < length) return OperationStatus.NeedMoreData;
        reply = new LoginReply((LoginStatus)bytes[1], (RedirectionLogin)bytes[4], bytes[LoginHeaderBytes..length].ToArray());
        return OperationStatus.Done;
    }

    /// <summary>The strings of a challenge; null when they do not fill the data exactly.</summary>
    public static IReadOnlyList<string>? Strings(ReadOnlySpan<byte> data)
    {
        var strings = new List<string>();
        while (!data.IsEmpty)
        {
            int length = data[0];
            if (data.Length - 1 < length) return null;
            strings.Add(Encoding.ASCII.GetString(data.Slice(1, length)));
            data = data[(1 + length)..];
        }
        return strings;
    }
}
