using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Amt.Sol;

/// <summary>Types of serial-over-LAN messages. Every one begins with type 1 + status 1 + reserved 2 + sequence number 4, little endian.</summary>
internal enum SolMessageType : byte
{
    StartSolRedirection = 0x20,
    StartSolRedirectionReply = 0x21,
    EndSolRedirection = 0x22,
    EndSolRedirectionReply = 0x23,
    KeepAlivePing = 0x24,
    KeepAlivePong = 0x25,
    ControlsToHost = 0x27,
    DataToHost = 0x28,
    ControlsFromHost = 0x29,
    DataFromHost = 0x2A,
    Heartbeat = 0x2B,
}

/// <summary>Lines of the simulated UART, from the host.</summary>
[Flags]
public enum SolLines
{
    None = 0,
    Rts = 1,
    Dtr = 2,
    Break = 4,
}

/// <summary>State of the simulated UART and of the machine.</summary>
[Flags]
public enum SolStatus
{
    None = 0,

    /// <summary>Output of the host was lost: the console did not take it in time.</summary>
    TransmitOverflow = 1,
    Loopback = 2,
    PoweredOn = 4,

    /// <summary>Input of the console was thrown away: the host did not read its UART.</summary>
    ReceiveFlushed = 8,
    TestMode = 16,
}

/// <summary>One message from the firmware, without the data of DataFromHost.</summary>
/// <param name="Status">Of replies: 0 is success.</param>
/// <param name="DataBytes">How many bytes of the host follow (DataFromHost).</param>
internal readonly record struct SolMessage(SolMessageType Type, byte Status, SolLines Lines, SolStatus Flags, int DataBytes)
{
    private const int HeaderBytes = 8;

    // header 8 + lines 1 + flags 1
    private const int ControlsBytes = 10;

    // header 8 + length 2, then the data
    private const int DataHeaderBytes = 10;

    /// <summary>Firmware sends 23 bytes, of which only the status is understood.</summary>
    private const int StartReplyBytes = 23;

    private const int StartBytes = 24;

    /// <summary>As observed from a widely used console; what the bytes mean is not known.</summary>
    private const int ControlsToHostBytes = 14;

    /// <summary>Reads one message, or the head of a DataFromHost: its data are the caller's to take.</summary>
    /// <param name="length">Bytes to consume when done.</param>
    public static OperationStatus Read(ReadOnlySpan<byte> bytes, out SolMessage message, out int length)
    {
        message = default;
        length = 0;
        if (bytes.IsEmpty) return OperationStatus.NeedMoreData;
        var type = (SolMessageType)bytes[0];
        length = type switch
        {
            SolMessageType.StartSolRedirectionReply => StartReplyBytes,
            SolMessageType.EndSolRedirectionReply or SolMessageType.KeepAlivePing or SolMessageType.KeepAlivePong or SolMessageType.Heartbeat => HeaderBytes,
            SolMessageType.ControlsFromHost => ControlsBytes,
            SolMessageType.DataFromHost => DataHeaderBytes,
            // Without a length of its own an unknown message ends the stream: nothing behind it can be found again.
            _ => 0,
        };
        if (length == 0) return OperationStatus.InvalidData;
        // A refused start may be shorter: its status is enough.
        if (type == SolMessageType.StartSolRedirectionReply && bytes.Length >= 2 && bytes[1] != 0)
        {
            length = Math.Min(bytes.Length, StartReplyBytes);
            message = new SolMessage(type, bytes[1], default, default, 0);
            return OperationStatus.Done;
        }
        if (bytes.Length < length) return OperationStatus.NeedMoreData;
        message = type switch
        {
            SolMessageType.ControlsFromHost => new SolMessage(type, 0, (SolLines)bytes[8], (SolStatus)bytes[9], 0),
            SolMessageType.DataFromHost => new SolMessage(type, 0, default, default, BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])),
            _ => new SolMessage(type, bytes[1], default, default, 0),
        };
        return OperationStatus.Done;
    }

    /// <summary>StartSolRedirection.</summary>
    public static byte[] Start(SolOptions options)
    {
        byte[] message = Header(SolMessageType.StartSolRedirection, StartBytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(8), (ushort)options.MaxTransmitBuffer);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(10), Milliseconds(options.TransmitBuffering));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(12), Milliseconds(options.TransmitOverflow));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), Milliseconds(options.ReceiveTimeout));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(16), Milliseconds(options.FifoReceiveFlush));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(18), Milliseconds(options.Heartbeat));
        return message;
    }

    /// <summary>EndSolRedirection, KeepAlivePong, Heartbeat: a header and nothing else.</summary>
    public static byte[] Bare(SolMessageType type, uint sequence) => Header(type, HeaderBytes, sequence);

    /// <summary>DataToHost with its data, at most 65,535 bytes.</summary>
    public static byte[] Data(ReadOnlySpan<byte> data, uint sequence)
    {
        byte[] message = Header(SolMessageType.DataToHost, DataHeaderBytes + data.Length, sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(8), checked((ushort)data.Length));
        data.CopyTo(message.AsSpan(DataHeaderBytes));
        return message;
    }

    /// <summary>ControlsToHost as the one console that sends it does, once, after the session is open.</summary>
    public static byte[] Controls(uint sequence)
    {
        byte[] message = Header(SolMessageType.ControlsToHost, ControlsToHostBytes, sequence);
        message[10] = 0x1B;
        return message;
    }

    private static byte[] Header(SolMessageType type, int length, uint sequence)
    {
        byte[] message = new byte[length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), sequence);
        return message;
    }

    private static ushort Milliseconds(TimeSpan time) => (ushort)Math.Clamp(time.TotalMilliseconds, 0, ushort.MaxValue);
}
