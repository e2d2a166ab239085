using System.Buffers;
using Slipway.Amt.Sol;

namespace Slipway.Tests.Amt.Sol;

/// <summary>Messages of serial over LAN, byte by byte.</summary>
public sealed class SolMessageTests
{
    // Confirmation, lines and power, five bytes of the host, a heartbeat, a ping, the end.
    private static readonly byte[] Session =
    [
        .. Convert.FromHexString("21" + new string('0', 44)), .. Convert.FromHexString("29000000010000000304"), .. Convert.FromHexString("2A000000020000000500"), .. "hello"u8,
        .. Convert.FromHexString("2B00000003000000"), .. Convert.FromHexString("2400000004000000"), .. Convert.FromHexString("2300000005000000"),
    ];

    [Fact]
    public void The_start_is_as_four_consoles_send_it() =>
        Assert.Equal("20000000" + "00000000" + "E803" + "6400" + "0000" + "1027" + "0000" + "8813" + "00000000", Convert.ToHexString(SolMessage.Start(new SolOptions())));

    [Fact]
    public void Typing_is_a_header_a_length_and_the_bytes() => Assert.Equal("280000000700000001000D", Convert.ToHexString(SolMessage.Data("\r"u8, 7)));

    [Fact]
    public void A_recorded_session_is_read_whole()
    {
        Assert.Equal(
            ["StartSolRedirectionReply", "ControlsFromHost Rts, Dtr PoweredOn", "DataFromHost 5", "Heartbeat", "KeepAlivePing", "EndSolRedirectionReply"], ReadAll(Session, out int left));
        Assert.Equal(0, left);
    }

    [Fact]
    public void Every_truncation_reads_what_is_whole_and_leaves_the_rest()
    {
        List<string> whole = ReadAll(Session, out _);
        for (int length = 0; length < Session.Length; length++)
        {
            List<string> read = ReadAll(Session.AsSpan(0, length), out int left);
            Assert.Equal(whole.Take(read.Count), read);
            Assert.True(left >= 0);
        }
    }

    [Fact]
    public void An_unknown_message_ends_the_stream() => Assert.Equal(OperationStatus.InvalidData, SolMessage.Read([0x30, 0, 0, 0], out _, out _));

    [Fact]
    public void A_refused_start_is_read_by_its_status()
    {
        Assert.Equal(OperationStatus.Done, SolMessage.Read([0x21, 7], out SolMessage message, out int length));

        Assert.Equal((7, 2), (message.Status, length));
    }

    [Fact]
    public void Mutations_are_read_or_refused()
    {
        const int seed = 16994;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. Session];
            for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadAll(bytes, out int left);
            Assert.InRange(left, 0, bytes.Length);
        }
    }

    private static List<string> ReadAll(ReadOnlySpan<byte> bytes, out int left)
    {
        var messages = new List<string>();
        while (SolMessage.Read(bytes, out SolMessage message, out int length) == OperationStatus.Done)
        {
            int data = message.Type == SolMessageType.DataFromHost ? message.DataBytes : 0;
            if (bytes.Length < length + data) break;
            messages.Add(message.Type + (message.Type == SolMessageType.ControlsFromHost ? $" {message.Lines} {message.Flags}" : data > 0 ? $" {data}" : ""));
            bytes = bytes[(length + data)..];
        }
        left = bytes.Length;
        return messages;
    }
}
