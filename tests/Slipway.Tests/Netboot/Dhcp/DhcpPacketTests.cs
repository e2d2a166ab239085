using System.Net;
using System.Text;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Pxe;

namespace Slipway.Tests.Netboot.Dhcp;

public sealed class DhcpPacketTests
{
    public static TheoryData<string> Recorded => [.. Captures.Names];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_capture_decodes_as_it_is_written_beside_it(string name)
    {
        var text = new StringBuilder();
        foreach (CapturedDatagram datagram in Captures.Read(name))
        {
            Assert.True(DhcpPacket.TryRead(datagram.Payload, out DhcpPacket packet, out DhcpDefect defect), defect.ToString());
            text.Append(Describe(datagram, packet));
        }

        string path = Path.Combine(Captures.Folder, name + ".txt");
        string expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (Environment.GetEnvironmentVariable("SLIPWAY_REWRITE_CAPTURES") == "1" && expected != text.ToString()) File.WriteAllText(path, text.ToString());

        Assert.Equal(expected, text.ToString());
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Writing_what_was_read_and_reading_it_again_changes_nothing(string name)
    {
        foreach (CapturedDatagram datagram in Captures.Read(name))
        {
            DhcpPacket.TryRead(datagram.Payload, out DhcpPacket first, out _);
            Assert.True(DhcpPacket.TryRead(first.Write(1472), out DhcpPacket second, out _));
            Assert.Equal(Describe(datagram, first), Describe(datagram, second));
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Every_truncation_before_the_end_option_is_a_defect(string name)
    {
        foreach (CapturedDatagram datagram in Captures.Read(name))
        {
            int end = Array.FindLastIndex(datagram.Payload, b => b == (byte)DhcpOptionCode.End);
            for (int length = 0; length <= end; length++)
            {
                Assert.False(DhcpPacket.TryRead(datagram.Payload.AsSpan(0, length), out _, out DhcpDefect defect), $"{length} of {end}");
                Assert.NotEqual(DhcpDefect.None, defect);
            }
        }
    }

    [Fact]
    public void Mutated_packets_are_read_or_refused_and_never_throw()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[][] originals = [.. Captures.Names.SelectMany(Captures.Read).Select(datagram => datagram.Payload)];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. originals[random.Next(originals.Length)]];
            for (int i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                if (!DhcpPacket.TryRead(bytes, out DhcpPacket packet, out _)) continue;
                _ = BootClientReader.Describe(packet);
                if (packet.ServerName.Length < 64 && packet.File.Length < 128) _ = packet.Write(1472);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}\n{Convert.ToHexString(bytes)}");
            }
        }
    }

    [Fact]
    public void A_long_option_is_written_in_pieces_and_read_whole()
    {
        byte[] value = [.. Enumerable.Range(0, 600).Select(i => (byte)i)];
        var packet = new DhcpPacket { Options = [] };
        packet.Options.Add(DhcpOptionCode.BootFileName, value);

        byte[] bytes = packet.Write(1472);

        Assert.Equal([67, 255], bytes[240..242]);
        Assert.True(DhcpPacket.TryRead(bytes, out DhcpPacket read, out _));
        Assert.Equal(value, read.Options[DhcpOptionCode.BootFileName].ToArray());
    }

    [Fact]
    public void Overloaded_file_and_sname_are_read_as_options()
    {
        byte[] bytes = new DhcpPacket { Options = [] }.Write(300);
        new byte[] { 52, 1, 3, 67, 2, (byte)'a', (byte)'b', 255 }.CopyTo(bytes, 240);
        new byte[] { 67, 2, (byte)'c', (byte)'d', 255 }.CopyTo(bytes, 108);
        new byte[] { 12, 1, (byte)'n', 255 }.CopyTo(bytes, 44);

        Assert.True(DhcpPacket.TryRead(bytes, out DhcpPacket packet, out _));

        Assert.Equal("abcd", packet.Options.Text(DhcpOptionCode.BootFileName));
        Assert.Equal("n", packet.Options.Text(DhcpOptionCode.HostName));
        Assert.Equal(("", ""), (packet.File, packet.ServerName));
    }

    [Fact]
    public void Without_the_magic_cookie_it_is_bootp()
    {
        var bytes = new byte[300];
        bytes[0] = 1;
        bytes[1] = 1;
        bytes[2] = 6;

        Assert.True(DhcpPacket.TryRead(bytes, out DhcpPacket packet, out _));

        Assert.Equal(DhcpMessageType.None, packet.MessageType);
        Assert.Equal(ClientKind.Bootp, BootClientReader.Describe(packet).Kind);
    }

    [Fact]
    public void What_does_not_fit_is_left_out_but_never_the_relay_information()
    {
        var packet = new DhcpPacket { Options = [] };
        packet.Options.Add(DhcpOptionCode.SubnetMask, IPAddress.Broadcast);
        packet.Options.Add(DhcpOptionCode.DomainName, new string('x', 200));
        packet.Options.Add(DhcpOptionCode.RelayAgentInformation, [1, 2, 3, 4]);

        byte[] bytes = packet.Write(300);

        Assert.Equal(300, bytes.Length);
        DhcpPacket.TryRead(bytes, out DhcpPacket read, out _);
        Assert.Equal([DhcpOptionCode.SubnetMask, DhcpOptionCode.RelayAgentInformation], read.Options.Select(option => option.Key));
    }

    private static string Describe(CapturedDatagram datagram, DhcpPacket packet)
    {
        BootClient client = BootClientReader.Describe(packet);
        var text = new StringBuilder();
        text.Append($"{packet.MessageType} {datagram.From} > {datagram.To} xid {packet.TransactionId:x8} secs {packet.Seconds}");
        text.Append($"{(packet.WantsBroadcast ? " broadcast" : "")} ciaddr {packet.ClientAddress} chaddr {client.Mac}\n");
        foreach ((DhcpOptionCode code, byte[] value) in packet.Options)
        {
            bool isText = value.Length > 1 && value.All(b => b is >= 0x20 and < 0x7F);
            text.Append($"  {(byte)code,3} {code,-26} {(isText ? '"' + Encoding.ASCII.GetString(value) + '"' : Convert.ToHexStringLower(value))}\n");
        }
        text.Append($"  => {client.Kind} arch {string.Join(',', client.Architectures)} user class '{client.UserClass}' uuid {client.Uuid}\n");
        text.Append($"     {client.Fingerprint}\n");
        return text.ToString();
    }
}
