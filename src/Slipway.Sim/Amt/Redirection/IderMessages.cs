using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>Messages of IDE redirection.</summary>
internal enum IderMessage : byte
{
    Open = 0x40,
    OpenReply = 0x41,
    Close = 0x42,
    CloseReply = 0x43,
    KeepAlivePing = 0x44,
    KeepAlivePong = 0x45,
    ResetOccurred = 0x46,
    ResetOccurredResponse = 0x47,
    Features = 0x48,
    FeaturesReply = 0x49,
    Heartbeat = 0x4B,
    CommandWritten = 0x50,
    CommandEnd = 0x51,
    DataToHost = 0x54,
}

/// <summary>Byte 8 of Features.</summary>
internal enum IderFeature : byte
{
    Supported = 1,
    GetState = 2,
    SetState = 3,
}

/// <summary>The two devices there are, by the byte that selects them.</summary>
internal enum IderDevice : byte
{
    Floppy = 0xA0,
    Cd = 0xB0,
}

/// <summary>Why a device did not do what it was told (SCSI sense).</summary>
internal readonly record struct IderSense(byte Key, byte Code, byte Qualifier)
{
    public const byte NotReadyKey = 2, UnitAttentionKey = 6;

    public override string ToString() => $"sense {Key:X2}/{Code:X2}/{Qualifier:X2}";
}

/// <summary>What a console wants in its Open.</summary>
internal readonly record struct IderTerms(TimeSpan ReceiveTimeout, TimeSpan Heartbeat);

/// <summary>Lengths and layouts of IDE redirection. Header of all: type 1, reserved 2, attributes 1, number 4, little endian.</summary>
internal static class IderMessages
{
    /// <summary>What the firmware takes in one DataToHost.</summary>
    public const int ReadBufferBytes = 8192;

    private const int HeaderBytes = 8, OpenBytes = 18, OpenReplyBytes = 30, FeaturesBytes = 9, FeaturesSetBytes = 13, CommandWrittenBytes = 28, CommandEndBytes = 31;

    /// <summary>Header, 26 bytes of registers; the data follow.</summary>
    private const int DataHeaderBytes = 34;

    private const int AttributesAt = 3, DataLengthAt = 9, InputDeviceAt = 18, OutputMaskAt = 20, OutputStatusAt = 27, SenseAt = 28;

    /// <summary>Attribute of the last message of a command.</summary>
    private const byte LastMessage = 2;

    /// <summary>ATA PACKET, and the bits of the device byte that are ours.</summary>
    private const byte AtaPacket = 0xA0, DeviceSelect = 0x10;

    /// <summary>ATA status: ready and seek complete; error.</summary>
    private const byte AtaReady = 0x50, AtaError = 0x01;

    private const byte BothDevices = 3;

    private static readonly TimeSpan DefaultReceiveTimeout = TimeSpan.FromSeconds(30), DefaultHeartbeat = TimeSpan.FromSeconds(20);

    /// <summary>The vendor's minimum.</summary>
    private static readonly TimeSpan ShortestReceiveTimeout = TimeSpan.FromSeconds(10), ShortestHeartbeat = TimeSpan.FromMilliseconds(100);

    public static OperationStatus Measure(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.IsEmpty) return OperationStatus.NeedMoreData;
        switch ((IderMessage)received[0])
        {
            case (IderMessage)SessionMessage.EndRedirectionSession:
                length = SessionMessages.EndBytes;
                break;
            case IderMessage.Open:
                length = OpenBytes;
                break;
            case IderMessage.Close or IderMessage.KeepAlivePing or IderMessage.KeepAlivePong or IderMessage.ResetOccurredResponse or IderMessage.Heartbeat:
                length = HeaderBytes;
                break;
            case IderMessage.Features:
                if (received.Length < FeaturesBytes) return OperationStatus.NeedMoreData;
                length = Feature(received) == IderFeature.SetState ? FeaturesSetBytes : FeaturesBytes;
                break;
            case IderMessage.CommandEnd:
                length = CommandEndBytes;
                break;
            case IderMessage.DataToHost:
                if (received.Length < DataHeaderBytes) return OperationStatus.NeedMoreData;
                int data = DataLength(received);
                if (data > ReadBufferBytes) return OperationStatus.InvalidData;
                length = DataHeaderBytes + data;
                break;
            default:
                return OperationStatus.InvalidData;
        }
        return received.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    /// <summary>Reads a whole Open: time-outs from byte 8 on, of which 0 means the default.</summary>
    /// <remarks>One console writes them elsewhere, so that anything may stand here.</remarks>
    public static IderTerms Terms(ReadOnlySpan<byte> open)
    {
        TimeSpan receive = Milliseconds(open, 8), heartbeat = Milliseconds(open, 12);
        return new IderTerms(
            receive == TimeSpan.Zero ? DefaultReceiveTimeout : receive < ShortestReceiveTimeout ? ShortestReceiveTimeout : receive,
            heartbeat == TimeSpan.Zero ? DefaultHeartbeat : heartbeat < ShortestHeartbeat ? ShortestHeartbeat : heartbeat);
    }

    /// <summary>Header, protocol 1.0, firmware version 2, 4 unused, read buffer 2, write buffer 2, unused, protocol 0, 3 unused, enterprise 4, OEM length 0.</summary>
    public static byte[] OpenReply(AmtProfile profile)
    {
        var reply = new byte[OpenReplyBytes];
        reply[0] = (byte)IderMessage.OpenReply;
        reply[8] = 1;
        reply[10] = (byte)profile.Major;
        reply[11] = (byte)profile.Minor;
        BinaryPrimitives.WriteUInt16LittleEndian(reply.AsSpan(16), ReadBufferBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(reply.AsSpan(18), ReadBufferBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(25), SessionMessages.IntelEnterprise);
        return reply;
    }

    /// <summary>A message that is its header only.</summary>
    public static byte[] Bare(IderMessage type)
    {
        var message = new byte[HeaderBytes];
        message[0] = (byte)type;
        return message;
    }

    public static IderFeature Feature(ReadOnlySpan<byte> features) => (IderFeature)features[HeaderBytes];

    /// <summary>The value of a whole Features whose feature is SetState.</summary>
    public static uint FeatureValue(ReadOnlySpan<byte> features) => BinaryPrimitives.ReadUInt32LittleEndian(features[(HeaderBytes + 1)..]);

    public static byte[] FeaturesReply(IderFeature feature, uint value)
    {
        byte[] reply = [.. Bare(IderMessage.FeaturesReply), (byte)feature, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(HeaderBytes + 1), value);
        return reply;
    }

    public static byte[] ResetOccurred() => [.. Bare(IderMessage.ResetOccurred), BothDevices];

    /// <summary>Header, cable 1, features 1 (0 = PIO), sector count 1, sector number 1, byte count 2, device 1, ATA command 1, command block 12.</summary>
    public static byte[] CommandWritten(IderDevice device, ReadOnlySpan<byte> commandBlock)
    {
        var message = new byte[CommandWrittenBytes];
        message[0] = (byte)IderMessage.CommandWritten;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(12), ReadBufferBytes);
        message[14] = (byte)device;
        message[15] = AtaPacket;
        commandBlock.CopyTo(message.AsSpan(16));
        return message;
    }

    /// <summary>The sense of a whole CommandEnd; null when it says success. False when it contradicts itself.</summary>
    public static bool TryReadEnd(ReadOnlySpan<byte> end, out IderSense? sense)
    {
        bool failed = (end[OutputStatusAt] & AtaError) != 0;
        var told = new IderSense(end[SenseAt], end[SenseAt + 1], end[SenseAt + 2]);
        sense = failed ? told : null;
        return (end[AttributesAt] & LastMessage) != 0 && (end[OutputStatusAt] & AtaReady) == AtaReady && failed == (told.Key != 0);
    }

    /// <summary>The data of a whole DataToHost for <paramref name="device"/>. False when it is for another, or only half marked as the last.</summary>
    public static bool TryReadData(ReadOnlySpan<byte> message, IderDevice device, out ReadOnlySpan<byte> data, out bool last)
    {
        data = message[DataHeaderBytes..];
        last = (message[AttributesAt] & LastMessage) != 0;
        return (message[InputDeviceAt] & DeviceSelect) == ((byte)device & DeviceSelect)
            && last == (message[OutputMaskAt] != 0)
            && (!last || message[OutputStatusAt] == AtaReady);
    }

    private static int DataLength(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16LittleEndian(message[DataLengthAt..]);

    private static TimeSpan Milliseconds(ReadOnlySpan<byte> message, int at) =>
        TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16LittleEndian(message[at..]));
}
