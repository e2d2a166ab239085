using System.Net;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;

namespace Slipway.Tests.Netboot.Dhcp;

public sealed class DhcpBootDataTests
{
    [Fact]
    public void Bios_pxe_is_told_to_skip_discovery_and_gets_its_boot_data_unasked()
    {
        var bench = new DhcpBench();
        byte[] uuid = [0, .. Enumerable.Range(1, 16).Select(i => (byte)i)];

        DhcpPacket offer = bench.Send(bench.Packet(1, DhcpMessageType.Discover, options: o =>
        {
            o.Add(DhcpOptionCode.VendorClassIdentifier, "PXEClient:Arch:00000:UNDI:002001");
            o.Add(DhcpOptionCode.ClientSystemArchitecture, [0, 0]);
            o.Add(DhcpOptionCode.ParameterRequestList, [1, 3]);
            o.Add(DhcpOptionCode.ClientMachineIdentifier, uuid);
        }))!.Value.Packet;

        Assert.Equal(("boot.0", "boot.0"), (offer.File, offer.Options.Text(DhcpOptionCode.BootFileName)));
        Assert.Equal((DhcpBench.Ours, "10.77.0.1"), (offer.NextServer, offer.Options.Text(DhcpOptionCode.TftpServerName)));
        Assert.Equal("PXEClient", offer.Options.Text(DhcpOptionCode.VendorClassIdentifier));
        Assert.Equal([6, 1, 8, 255], offer.Options[DhcpOptionCode.VendorSpecificInformation].ToArray());
        Assert.Equal(uuid, offer.Options[DhcpOptionCode.ClientMachineIdentifier].ToArray());
        Assert.True(offer.Options.Contains(DhcpOptionCode.Router));
        Assert.False(offer.Options.Contains(DhcpOptionCode.DomainName));
        Assert.False(offer.Options.Contains(DhcpOptionCode.EtherbootEncapsulated));
    }

    [Fact]
    public void Lease_times_are_whole_half_and_seven_eighths()
    {
        var bench = new DhcpBench();

        DhcpPacket offer = bench.Send(bench.Packet(1, DhcpMessageType.Discover))!.Value.Packet;

        Assert.Equal([0, 0, 0x0E, 0x10], offer.Options[DhcpOptionCode.AddressLeaseTime].ToArray());
        Assert.Equal([0, 0, 0x07, 0x08], offer.Options[DhcpOptionCode.RenewalTime].ToArray());
        Assert.Equal([0, 0, 0x0C, 0x4E], offer.Options[DhcpOptionCode.RebindingTime].ToArray());
    }

    [Theory]
    [InlineData("ipxe-rom-bios", 0)]
    [InlineData("ovmf-pxe-then-ipxe-efi", 2)]
    public void Ipxe_is_told_not_to_wait_for_a_proxy(string capture, int index)
    {
        DhcpPacket offer = Send(new DhcpBench(), Captures.Read(capture)[index])!.Value.Packet;

        Assert.Equal([176, 1, 1], offer.Options[DhcpOptionCode.EtherbootEncapsulated].ToArray());
        Assert.False(offer.Options.Contains(DhcpOptionCode.VendorSpecificInformation));
    }

    [Fact]
    public void Uefi_http_gets_its_class_and_its_url()
    {
        var bench = new DhcpBench { Policy = _ => new BootAnswer.Serve("test", null, null, "http://10.77.0.1:8069/boot.efi") };

        DhcpPacket offer = Send(bench, Captures.Read("ovmf-http")[0])!.Value.Packet;

        Assert.Equal("HTTPClient", offer.Options.Text(DhcpOptionCode.VendorClassIdentifier));
        Assert.Equal("http://10.77.0.1:8069/boot.efi", offer.Options.Text(DhcpOptionCode.BootFileName));
    }

    [Fact]
    public void A_long_name_is_in_option_67_alone_and_the_reply_stays_within_what_the_client_takes()
    {
        string name = new('n', 200);
        var bench = new DhcpBench { Policy = _ => new BootAnswer.Serve("test", null, "host", name) { PxelinuxConfigFile = new string('c', 90) } };

        (DhcpPacket offer, DhcpReply reply) = bench.Send(bench.Packet(1, DhcpMessageType.Discover))!.Value;

        Assert.Equal(("", name), (offer.File, offer.Options.Text(DhcpOptionCode.BootFileName)));
        Assert.InRange(reply.Message.Length, 300, 548);
    }

    [Fact]
    public void Pxelinux_gets_its_configuration_file_with_the_magic()
    {
        var bench = new DhcpBench { Policy = _ => new BootAnswer.Serve("test", null, null, "pxelinux.0") { PxelinuxConfigFile = "cfg" } };

        DhcpPacket offer = bench.Send(bench.Packet(1, DhcpMessageType.Discover))!.Value.Packet;

        Assert.Equal([0xF1, 0, 0x74, 0x7E], offer.Options[DhcpOptionCode.PxelinuxMagic].ToArray());
        Assert.Equal("cfg", offer.Options.Text(DhcpOptionCode.PxelinuxConfigFile));
    }

    [Fact]
    public void An_address_without_anything_to_boot_does_not_look_like_a_boot_server()
    {
        var bench = new DhcpBench { Policy = _ => new BootAnswer.Serve("test", null, null, "") };

        DhcpPacket offer = Send(bench, Captures.Read("ovmf-pxe-proxy")[0])!.Value.Packet;

        Assert.False(offer.Options.Contains(DhcpOptionCode.VendorClassIdentifier));
        Assert.False(offer.Options.Contains(DhcpOptionCode.BootFileName));
    }

    [Fact]
    public void A_proxy_offers_uefi_no_file_and_gives_it_on_4011_where_it_was_asked()
    {
        var bench = new DhcpBench(options => options with { Mode = DhcpMode.Proxy });
        IReadOnlyList<CapturedDatagram> ovmf = Captures.Read("ovmf-pxe-proxy");

        (DhcpPacket offer, DhcpReply first) = Send(bench, ovmf[0])!.Value;
        Assert.Null(Send(bench, ovmf[1]));
        Assert.Equal(IPAddress.Parse("10.77.0.2"), Assert.IsType<ForeignServerSeen>(Assert.Single(bench.Facts)).Server);
        (DhcpPacket ack, DhcpReply second) = Send(bench, ovmf[2])!.Value;

        Assert.Equal((DhcpMessageType.Offer, IPAddress.Any, ""), (offer.MessageType, offer.YourAddress, offer.File));
        Assert.Equal("PXEClient", offer.Options.Text(DhcpOptionCode.VendorClassIdentifier));
        Assert.False(offer.Options.Contains(DhcpOptionCode.VendorSpecificInformation));
        Assert.Equal((new IPEndPoint(IPAddress.Broadcast, 68), DhcpPort.Server), (first.To, first.From));
        Assert.Equal((DhcpMessageType.Ack, "boot.0", DhcpBench.Ours), (ack.MessageType, ack.File, ack.NextServer));
        Assert.Equal((ovmf[2].From, DhcpPort.Proxy), (second.To, second.From));
        Assert.Empty(bench.Leases.All);
    }

    [Fact]
    public void A_proxy_gives_ipxe_its_file_at_once_and_echoes_the_boot_item_on_4011()
    {
        var bench = new DhcpBench(options => options with { Mode = DhcpMode.Proxy });
        IReadOnlyList<CapturedDatagram> ipxe = Captures.Read("ipxe-rom-bios-proxy");

        DhcpPacket offer = Send(bench, ipxe[0])!.Value.Packet;
        (DhcpPacket ack, DhcpReply reply) = Send(bench, ipxe[2])!.Value;

        Assert.Equal("boot.0", offer.File);
        Assert.Equal([71, 4, 0x80, 0, 0, 0, 255], ack.Options[DhcpOptionCode.VendorSpecificInformation].ToArray());
        Assert.Equal(ipxe[2].From, reply.To);
    }

    [Theory]
    [InlineData("udhcpc")]
    [InlineData("u-boot-arm64")]
    public void A_proxy_leaves_other_clients_alone(string capture)
    {
        var bench = new DhcpBench(options => options with { Mode = DhcpMode.Proxy });

        Assert.Null(Send(bench, Captures.Read(capture)[0]));
    }

    private static (DhcpPacket Packet, DhcpReply Reply)? Send(DhcpBench bench, CapturedDatagram datagram)
    {
        Assert.True(DhcpPacket.TryRead(datagram.Payload, out DhcpPacket packet, out _));
        return bench.Send(packet, datagram.To.Port == 4011 ? DhcpPort.Proxy : DhcpPort.Server, datagram.From.ToString());
    }
}
