using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>What a viewer may say to a display (RFC 6143 §7.5).</summary>
internal enum RfbMessage : byte
{
    SetPixelFormat = 0,
    SetEncodings = 2,
    FramebufferUpdateRequest = 3,
    KeyEvent = 4,
    PointerEvent = 5,
    ClientCutText = 6,
}

/// <summary>The encodings this firmware knows.</summary>
internal enum RfbEncoding
{
    Raw = 0,
    Zrle = 16,
    DesktopSize = -223,
}

/// <summary>Lengths and layouts of RFB from viewer to display (RFC 6143); integers are big endian.</summary>
internal static class RfbMessages
{
    /// <summary>width 2, height 2, pixel format 16, length of name 4; the name follows.</summary>
    public const int ServerInitBytes = 24;

    /// <summary>Where the pixel format stands in ServerInit and in SetPixelFormat: after width and height, after type and padding.</summary>
    public const int PixelFormatAt = 4;

    private const int PixelFormatBytes = 16, EncodingsHeaderBytes = 4, CutTextHeaderBytes = 8, EncodingBytes = 4;

    /// <summary>More is no clipboard a firmware would keep.</summary>
    private const int MaxCutTextBytes = 32 * 1024;

    /// <summary>16 bits, depth 16, little endian, true colour, max 31 63 31, shift 11 5 0.</summary>
    public static ReadOnlySpan<byte> Rgb565 => [16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0];

    public static OperationStatus Measure(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.IsEmpty) return OperationStatus.NeedMoreData;
        switch ((RfbMessage)received[0])
        {
            case RfbMessage.SetPixelFormat:
                length = PixelFormatAt + PixelFormatBytes;
                break;
            case RfbMessage.SetEncodings:
                if (received.Length < EncodingsHeaderBytes) return OperationStatus.NeedMoreData;
                int count = BinaryPrimitives.ReadUInt16BigEndian(received[2..]);
                if (count > MaxCutTextBytes / EncodingBytes) return OperationStatus.InvalidData;
                length = EncodingsHeaderBytes + EncodingBytes * count;
                break;
            case RfbMessage.FramebufferUpdateRequest:
                length = 10;
                break;
            case RfbMessage.KeyEvent:
                length = 8;
                break;
            case RfbMessage.PointerEvent:
                length = 6;
                break;
            case RfbMessage.ClientCutText:
                if (received.Length < CutTextHeaderBytes) return OperationStatus.NeedMoreData;
                uint text = BinaryPrimitives.ReadUInt32BigEndian(received[4..]);
                if (text > MaxCutTextBytes) return OperationStatus.InvalidData;
                length = CutTextHeaderBytes + (int)text;
                break;
            default:
                return OperationStatus.InvalidData;
        }
        return received.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    public static byte[] SetPixelFormat(ReadOnlySpan<byte> format) => [(byte)RfbMessage.SetPixelFormat, 0, 0, 0, .. format];

    /// <summary>Whether the firmware can show a whole SetPixelFormat; what it cannot makes it hang up.</summary>
    /// <remarks>Depth, padding, and what has no meaning for one byte are not looked at.</remarks>
    public static bool IsShowable(ReadOnlySpan<byte> setPixelFormat, bool grey)
    {
        ReadOnlySpan<byte> format = setPixelFormat[PixelFormatAt..];
        byte bits = format[0], bigEndian = format[2], trueColour = format[3];
        ushort red = BinaryPrimitives.ReadUInt16BigEndian(format[4..]), green = BinaryPrimitives.ReadUInt16BigEndian(format[6..]), blue = BinaryPrimitives.ReadUInt16BigEndian(format[8..]);
        if (trueColour == 0) return false;
        return (bits, red, green, blue) switch
        {
            (16, 31, 63, 31) => bigEndian == 0 && format[10..13].SequenceEqual<byte>([11, 5, 0]),
            (8, 7, 7, 3) => format[10..13].SequenceEqual<byte>([5, 2, 0]),
            (8, 255 or 15, 0, 0) => grey,
            _ => false,
        };
    }

    /// <summary>A whole SetEncodings with only those the firmware knows, in the same order.</summary>
    public static byte[] Filter(ReadOnlySpan<byte> setEncodings)
    {
        var known = new byte[setEncodings.Length];
        known[0] = (byte)RfbMessage.SetEncodings;
        int at = EncodingsHeaderBytes;
        for (ReadOnlySpan<byte> rest = setEncodings[EncodingsHeaderBytes..]; !rest.IsEmpty; rest = rest[EncodingBytes..])
        {
            if (!Enum.IsDefined((RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(rest))) continue;
            rest[..EncodingBytes].CopyTo(known.AsSpan(at));
            at += EncodingBytes;
        }
        BinaryPrimitives.WriteUInt16BigEndian(known.AsSpan(2), (ushort)((at - EncodingsHeaderBytes) / EncodingBytes));
        return known[..at];
    }
}
