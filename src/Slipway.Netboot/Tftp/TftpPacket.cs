using System.Buffers.Binary;

namespace Slipway.Netboot.Tftp;

/// <summary>Reads any TFTP packet. Copies nothing, throws nothing; must not outlive the receive buffer.</summary>
/// <remarks>
/// <code>
///   2 bytes   string   1   string   1   (string 1 string 1)*
///  +--------+--------+---+--------+---+----------------------+
///  | 1 or 2 | name   | 0 | mode   | 0 | options              |  RRQ, WRQ   at least 2+1+1 bytes, read on by TftpRequest
///  +--------+--------+---+--------+---+----------------------+
///  | 3      | block  | 0..65464 bytes                        |  DATA       at least 4
///  | 4      | block  |                                          ACK        at least 4
///  | 5      | code   | message | 0 |                            ERROR      at least 4: U-Boot and old ROMs leave the 0 out
///  | 6      | (option 0 value 0)*                            |  OACK       at least 2
///  +--------+-----------------------------------------------+
/// </code>
/// </remarks>
public readonly ref struct TftpPacket
{
    private TftpPacket(TftpOpcode opcode, ushort number, ReadOnlySpan<byte> rest)
    {
        Opcode = opcode;
        Number = number;
        Rest = rest;
    }

    public TftpOpcode Opcode { get; }

    /// <summary>Block number of DATA and ACK, error code of ERROR; 0 otherwise.</summary>
    public ushort Number { get; }

    /// <summary>What follows the fixed fields: data, message, or the strings of a request or OACK.</summary>
    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>The text of an ERROR packet, without control characters: it goes into facts.</summary>
    public string Message
    {
        get
        {
            int end = Rest.IndexOf((byte)0);
            ReadOnlySpan<byte> text = end < 0 ? Rest : Rest[..end];
            return TftpText.Printable(text.Length > MaxMessageBytes ? text[..MaxMessageBytes] : text);
        }
    }

    private const int MaxMessageBytes = 256;

    /// <summary>Reads the fixed fields.</summary>
    /// <returns>False with a defect when this is no TFTP packet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out TftpPacket packet, out TftpDefect defect)
    {
        packet = default;
        defect = TftpDefect.Truncated;
        if (datagram.Length < sizeof(ushort)) return false;

        var opcode = (TftpOpcode)BinaryPrimitives.ReadUInt16BigEndian(datagram);
        ReadOnlySpan<byte> rest = datagram[sizeof(ushort)..];
        ushort number = 0;
        switch (opcode)
        {
            case TftpOpcode.ReadRequest or TftpOpcode.WriteRequest or TftpOpcode.OptionAcknowledgement:
                break;
            case TftpOpcode.Data or TftpOpcode.Acknowledgement or TftpOpcode.Error:
                if (rest.Length < sizeof(ushort)) return false;
                number = BinaryPrimitives.ReadUInt16BigEndian(rest);
                rest = rest[sizeof(ushort)..];
                break;
            default:
                defect = TftpDefect.UnknownOpcode;
                return false;
        }
        packet = new TftpPacket(opcode, number, rest);
        defect = TftpDefect.None;
        return true;
    }
}
