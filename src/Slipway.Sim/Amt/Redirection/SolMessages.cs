using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>Messages of serial over LAN.</summary>
internal enum SolMessage : byte
{
    Start = 0x20,
    StartReply = 0x21,
    End = 0x22,
    EndReply = 0x23,
    KeepAlivePing = 0x24,
    KeepAlivePong = 0x25,
    ControlsToHost = 0x27,
    DataToHost = 0x28,
    ControlsFromHost = 0x29,
    DataFromHost = 0x2A,
    Heartbeat = 0x2B,
}

/// <summary>Modem lines the PC's UART asserts (ControlsFromHost, byte 8).</summary>
[Flags]
internal enum SolLines : byte
{
    None = 0,
    RequestToSend = 1,
    DataTerminalReady = 2,
}

/// <summary>What else the firmware has to say (ControlsFromHost, byte 9).</summary>
[Flags]
internal enum SolStatus : byte
{
    None = 0,

    /// <summary>Bytes from the PC were lost.</summary>
    TransmitOverflow = 1,

    /// <summary>The PC is on.</summary>
    Power = 4,

    /// <summary>Bytes to the PC were lost, it did not take them in time.</summary>
    ReceiveFlush = 8,
}

/// <summary>How the console wants its serial line; a receive time-out of 0 means the default.</summary>
internal readonly record struct SolTerms(
    int MaxTransmitBytes, TimeSpan TransmitBuffering, TimeSpan TransmitOverflow, TimeSpan ReceiveTimeout, TimeSpan ReceiveFlush, TimeSpan Heartbeat);

/// <summary>Lengths and layouts of serial over LAN. Header of all: type 1, status 1, reserved 2, number 4.</summary>
internal static class SolMessages
{
    public const int HeaderBytes = 8;

    /// <summary>Header, length 2; the data follow.</summary>
    public const int DataHeaderBytes = HeaderBytes + 2;

    /// <summary>Header, six words, reserved 4.</summary>
    private const int StartBytes = 24;

    private const int StartReplyBytes = 23;

    /// <summary>As observed; what stands after the header is not known.</summary>
    private const int ControlsToHostBytes = 14;

    /// <summary>What an old firmware takes for a maximum of 0.</summary>
    private const int DefaultTransmitBytes = 1000;

    /// <summary>Default and vendor's minimum.</summary>
    private static readonly TimeSpan DefaultReceiveTimeout = TimeSpan.FromSeconds(10);

    public static OperationStatus Measure(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.IsEmpty) return OperationStatus.NeedMoreData;
        switch ((SolMessage)received[0])
        {
            case (SolMessage)SessionMessage.EndRedirectionSession:
                length = SessionMessages.EndBytes;
                break;
            case SolMessage.Start:
                length = StartBytes;
                break;
            case SolMessage.End or SolMessage.KeepAlivePing or SolMessage.KeepAlivePong or SolMessage.Heartbeat:
                length = HeaderBytes;
                break;
            case SolMessage.ControlsToHost:
                length = ControlsToHostBytes;
                break;
            case SolMessage.DataToHost:
                if (received.Length < DataHeaderBytes) return OperationStatus.NeedMoreData;
                length = DataHeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(received[HeaderBytes..]);
                break;
            default:
                return OperationStatus.InvalidData;
        }
        return received.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    /// <summary>Reads a whole 0x20.</summary>
    public static SolTerms Terms(ReadOnlySpan<byte> start)
    {
        int bytes = BinaryPrimitives.ReadUInt16LittleEndian(start[HeaderBytes..]);
        TimeSpan receive = Milliseconds(start, 14);
        return new SolTerms(
            bytes == 0 ? DefaultTransmitBytes : bytes,
            Milliseconds(start, 10),
            Milliseconds(start, 12),
            receive == TimeSpan.Zero ? DefaultReceiveTimeout : receive,
            Milliseconds(start, 16),
            Milliseconds(start, 18));
    }

    public static byte[] StartReply()
    {
        var reply = new byte[StartReplyBytes];
        reply[0] = (byte)SolMessage.StartReply;
        return reply;
    }

    /// <summary>A message that is its header only.</summary>
    public static byte[] Bare(SolMessage type)
    {
        var message = new byte[HeaderBytes];
        message[0] = (byte)type;
        return message;
    }

    public static byte[] ControlsFromHost(SolLines lines, SolStatus status) =>
        [.. Bare(SolMessage.ControlsFromHost), (byte)lines, (byte)status];

    public static byte[] DataFromHost(ReadOnlySpan<byte> data)
    {
        var message = new byte[DataHeaderBytes + data.Length];
        message[0] = (byte)SolMessage.DataFromHost;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(HeaderBytes), (ushort)data.Length);
        data.CopyTo(message.AsSpan(DataHeaderBytes));
        return message;
    }

    private static TimeSpan Milliseconds(ReadOnlySpan<byte> message, int at) =>
        TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16LittleEndian(message[at..]));
}
