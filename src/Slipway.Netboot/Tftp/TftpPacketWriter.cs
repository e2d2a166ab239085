using System.Buffers.Binary;
using System.Text;

namespace Slipway.Netboot.Tftp;

/// <summary>Writes TFTP packets; each method returns the number of bytes written. A buffer too small is our own mistake and throws.</summary>
public static class TftpPacketWriter
{
    /// <summary>Opcode and block number.</summary>
    public const int DataHeaderBytes = 4;

    /// <summary>Room enough for every packet but DATA and long requests.</summary>
    public const int MaxControlBytes = 512;

    /// <summary>Writes the header of a DATA packet; the data follows it.</summary>
    public static int WriteDataHeader(Span<byte> packet, ushort block) => WriteNumbered(packet, TftpOpcode.Data, block);

    public static int WriteAcknowledgement(Span<byte> packet, ushort block) => WriteNumbered(packet, TftpOpcode.Acknowledgement, block);

    /// <summary>Writes an ERROR; a message that would not fit <see cref="MaxControlBytes"/> is cut.</summary>
    public static int WriteError(Span<byte> packet, TftpErrorCode code, string message)
    {
        int at = WriteNumbered(packet, TftpOpcode.Error, (ushort)code);
        // ROMs print the text as it comes and know ASCII only.
        Span<byte> text = packet[at..Math.Min(packet.Length, MaxControlBytes)];
        int length = Math.Min(message.Length, text.Length - 1);
        for (int i = 0; i < length; i++) text[i] = message[i] is >= ' ' and <= '~' ? (byte)message[i] : (byte)'?';
        text[length] = 0;
        return at + length + 1;
    }

    /// <summary>Writes an OACK with the accepted options.</summary>
    public static int WriteOptionAcknowledgement(Span<byte> packet, IReadOnlyList<TftpOption> accepted)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)TftpOpcode.OptionAcknowledgement);
        return WriteOptions(packet, sizeof(ushort), accepted);
    }

    public static int WriteRequest(Span<byte> packet, TftpRequest request)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)(request.IsWrite ? TftpOpcode.WriteRequest : TftpOpcode.ReadRequest));
        int at = WriteText(packet, sizeof(ushort), request.Name);
        at = WriteText(packet, at, request.Mode == TftpMode.NetAscii ? "netascii" : "octet");
        return WriteOptions(packet, at, request.Options);
    }

    private static int WriteOptions(Span<byte> packet, int at, IReadOnlyList<TftpOption> options)
    {
        foreach (TftpOption option in options)
        {
            at = WriteText(packet, at, option.Name);
            at = WriteText(packet, at, option.Value);
        }
        return at;
    }

    private static int WriteText(Span<byte> packet, int at, string text)
    {
        at += Encoding.UTF8.GetBytes(text, packet[at..]);
        packet[at] = 0;
        return at + 1;
    }

    private static int WriteNumbered(Span<byte> packet, TftpOpcode opcode, ushort number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)opcode);
        BinaryPrimitives.WriteUInt16BigEndian(packet[sizeof(ushort)..], number);
        return DataHeaderBytes;
    }
}
