using System.Text;
using Slipway.Netboot.Tftp;

namespace Slipway.Tests.Netboot.Tftp;

public sealed class TftpPacketTests
{
    /// <summary>What each client of virtual-lab §5 sends, typed in from the protocol, names and options as seen.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "iPXE", "pxelinux.0|octet|blksize|1432|tsize|0|", "pxelinux.0 Octet blksize=1432 tsize=0" },
        { "PXELINUX", "pxelinux.cfg/default|octet|tsize|0|blksize|1408|", "pxelinux.cfg/default Octet tsize=0 blksize=1408" },
        { "GRUB", "/grub/grub.cfg|octet|blksize|1024|tsize|0|", "/grub/grub.cfg Octet blksize=1024 tsize=0" },
        { "OVMF", "grub.efi|octet|tsize|0|blksize|1468|windowsize|4|", "grub.efi Octet tsize=0 blksize=1468 windowsize=4" },
        { "U-Boot", "dtb/|octet|timeout|5|blksize|1468|", "dtb/ Octet timeout=5 blksize=1468" },
        { "tftp-hpa", "motd|netascii|", "motd NetAscii" },
        { "RFC 1350, in capitals", "X|OCTET|", "X Octet" },
        { "padded with zeros", "x|octet|||||", "x Octet" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_read_as_the_client_meant_it(string client, string strings, string expected)
    {
        byte[] datagram = [0, 1, .. Encoding.ASCII.GetBytes(strings.Replace('|', '\0'))];

        Assert.True(TryRead(datagram, out TftpRequest? request, out _), client);

        Assert.Equal(expected, string.Join(' ', [request!.Name, request.Mode, .. request.Options.Select(o => $"{o.Name}={o.Value}")]));
    }

    [Fact]
    public void A_request_written_and_read_is_the_same()
    {
        var request = new TftpRequest(true, "näme/of a file", TftpMode.NetAscii, [new("blksize", "1468"), new("windowsize", "4")]);
        byte[] buffer = new byte[512];

        int length = TftpPacketWriter.WriteRequest(buffer, request);
        Assert.True(TryRead(buffer.AsSpan(0, length), out TftpRequest? read, out _));

        Assert.Equal((request.IsWrite, request.Name, request.Mode), (read!.IsWrite, read.Name, read.Mode));
        Assert.Equal(request.Options, read.Options);
    }

    [Fact]
    public void Numbered_packets_written_and_read_are_the_same()
    {
        byte[] buffer = new byte[512];
        int length = TftpPacketWriter.WriteError(buffer, TftpErrorCode.FileNotFound, "no such file");
        Assert.True(TftpPacket.TryRead(buffer.AsSpan(0, length), out TftpPacket error, out _));
        Assert.Equal((TftpOpcode.Error, 1, "no such file"), (error.Opcode, error.Number, error.Message));

        length = TftpPacketWriter.WriteAcknowledgement(buffer, 0xfedc);
        Assert.True(TftpPacket.TryRead(buffer.AsSpan(0, length), out TftpPacket ack, out _));
        Assert.Equal((TftpOpcode.Acknowledgement, 0xfedc), (ack.Opcode, ack.Number));

        length = TftpPacketWriter.WriteOptionAcknowledgement(buffer, [new("tsize", "5000000000")]);
        Assert.Equal("\0\u0006tsize\05000000000\0"u8.ToArray(), buffer[..length]);
    }

    [Fact]
    public void An_error_text_cannot_carry_terminal_codes_into_our_log()
    {
        Assert.True(TftpPacket.TryRead([0, 5, 0, 0, 0x1b, (byte)'[', (byte)'2', (byte)'J'], out TftpPacket packet, out _));

        Assert.Equal("?[2J", packet.Message);
    }

    [Fact]
    public void Every_truncation_of_a_request_is_a_defect_or_a_shorter_request()
    {
        byte[] datagram = [0, 1, .. "boot/kernel\0octet\0blksize\01468\0tsize\00\0"u8];

        for (int length = 0; length < datagram.Length; length++)
        {
            bool read = TryRead(datagram.AsSpan(0, length), out TftpRequest? request, out TftpDefect defect);
            Assert.Equal(read, defect == TftpDefect.None);
            if (read) Assert.Contains(length, new[] { 20, 33 }); // after the mode, after blksize
            Assert.Equal(read, request is not null);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 9, 0, 0 }, TftpDefect.UnknownOpcode)]
    [InlineData(new byte[] { 0, 4, 0 }, TftpDefect.Truncated)]
    [InlineData(new byte[] { 0, 1, 65, 0, 66, 0 }, TftpDefect.UnknownMode)]
    [InlineData(new byte[] { 0, 4, 0, 1 }, TftpDefect.Unexpected)]
    public void A_bad_packet_says_what_is_wrong(byte[] datagram, TftpDefect expected)
    {
        Assert.False(TryRead(datagram, out _, out TftpDefect defect));

        Assert.Equal(expected, defect);
    }

    [Fact]
    public void Mutated_packets_never_throw()
    {
        int seed = Random.Shared.Next();
        var dice = new Random(seed);
        byte[] good = [0, 1, .. "boot/kernel\0octet\0blksize\01468\0tsize\00\0"u8];
        try
        {
            for (int i = 0; i < 20_000; i++)
            {
                byte[] bad = good[..dice.Next(good.Length + 1)];
                for (int m = dice.Next(4); m > 0 && bad.Length > 0; m--) bad[dice.Next(bad.Length)] = (byte)dice.Next(256);
                if (TftpPacket.TryRead(bad, out TftpPacket packet, out _)) _ = packet.Message;
                if (TryRead(bad, out TftpRequest? request, out _)) TftpTerms.Negotiate(request!.Options, 1000, new TftpServerOptions());
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}: {e}");
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> datagram, out TftpRequest? request, out TftpDefect defect)
    {
        request = null;
        return TftpPacket.TryRead(datagram, out TftpPacket packet, out defect) && TftpRequest.TryRead(packet, out request, out defect);
    }
}
