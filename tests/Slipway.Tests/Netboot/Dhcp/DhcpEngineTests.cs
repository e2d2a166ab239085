using System.Net;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;

namespace Slipway.Tests.Netboot.Dhcp;

public sealed class DhcpEngineTests
{
    private const string Ours = "10.77.0.1";

    private readonly DhcpBench _bench = new();

    [Fact]
    public void Eight_clients_that_ask_at_the_same_moment_are_offered_eight_addresses()
    {
        IPAddress[] offers = [.. Enumerable.Range(1, 8).Select(machine => _bench.Send(_bench.Packet(machine, DhcpMessageType.Discover))!.Value.Packet.YourAddress)];

        Assert.Equal(8, offers.Distinct().Count());
        foreach ((int machine, IPAddress offer) in Enumerable.Range(1, 8).Zip(offers))
            Assert.Equal(DhcpMessageType.Ack, _bench.Send(_bench.Packet(machine, DhcpMessageType.Request, offer.ToString(), Ours))!.Value.Packet.MessageType);
    }

    [Fact]
    public void The_address_depends_on_the_mac_alone_and_stays_after_release_and_expiry()
    {
        IPAddress first = _bench.Lease(3);
        IPAddress elsewhere = new DhcpBench().Lease(3);
        _bench.Send(_bench.Packet(3, DhcpMessageType.Release, client: first.ToString(), server: Ours));
        Assert.Equal(new AddressReleased(0, DhcpBench.Mac(3), first, Declined: false), _bench.Facts[^1]);
        IPAddress afterRelease = _bench.Lease(3);
        _bench.Now += TimeSpan.FromDays(2);
        IPAddress afterExpiry = _bench.Lease(3);

        Assert.Equal([first, first, first], [elsewhere, afterRelease, afterExpiry]);
    }

    [Fact]
    public void A_full_range_is_told_and_the_longest_unused_address_is_given_on()
    {
        for (int machine = 1; machine <= 10; machine++) _bench.Lease(machine);

        Assert.Null(_bench.Send(_bench.Packet(11, DhcpMessageType.Discover)));
        Assert.Contains("no address is free in 10.77.0.100-10.77.0.109", Assert.IsType<RequestIgnored>(_bench.Facts[^1]).Reason, StringComparison.Ordinal);

        _bench.Now += TimeSpan.FromHours(2);
        Assert.NotNull(_bench.Send(_bench.Packet(11, DhcpMessageType.Discover)));
    }

    [Fact]
    public void An_offer_is_forgotten_after_a_while()
    {
        for (int machine = 1; machine <= 10; machine++) _bench.Send(_bench.Packet(machine, DhcpMessageType.Discover));
        Assert.Null(_bench.Send(_bench.Packet(11, DhcpMessageType.Discover)));

        _bench.Now += LeaseTable.OfferHold;

        Assert.NotNull(_bench.Send(_bench.Packet(11, DhcpMessageType.Discover)));
    }

    [Fact]
    public void A_fixed_address_wins_and_reserved_ones_are_never_given_dynamically()
    {
        var bench = new DhcpBench(options => options with { ReservedAddresses = [.. Enumerable.Range(100, 9).Select(i => IPAddress.Parse($"10.77.0.{i}"))] });
        Assert.Equal(IPAddress.Parse("10.77.0.109"), bench.Lease(1));
        Assert.Null(bench.Send(bench.Packet(2, DhcpMessageType.Discover)));

        bench.Policy = client => new BootAnswer.Serve("known", IPAddress.Parse("10.77.0.109"), "nuc3", "");

        Assert.Equal(IPAddress.Parse("10.77.0.109"), bench.Lease(2));
        Assert.Equal("52:54:00:00:00:02", Assert.Single(bench.Leases.All).Holder);
    }

    [Theory]
    [InlineData("10.77.0.100", Ours)] // selecting, but another's address
    [InlineData("192.168.9.9", null)] // init-reboot on the wrong network
    [InlineData("10.77.0.100", null)] // init-reboot with another's address
    public void A_wrong_address_is_refused_by_broadcast(string address, string? server)
    {
        _bench.Policy = _ => new BootAnswer.Serve("holder", IPAddress.Parse("10.77.0.100"), null, "");
        _bench.Lease(1);
        _bench.Policy = _ => new BootAnswer.Serve("test", null, null, "");

        (DhcpPacket packet, DhcpReply reply) = _bench.Send(_bench.Packet(2, DhcpMessageType.Request, address, server))!.Value;

        Assert.Equal(DhcpMessageType.Nak, packet.MessageType);
        Assert.Equal(new IPEndPoint(IPAddress.Broadcast, 68), reply.To);
        Assert.Equal((IPAddress.Any, IPAddress.Any), (packet.YourAddress, packet.NextServer));
        Assert.False(packet.Options.Contains(DhcpOptionCode.AddressLeaseTime));
    }

    [Fact]
    public void A_known_client_that_reboots_with_another_address_is_refused()
    {
        _bench.Lease(1);

        Assert.Equal(DhcpMessageType.Nak, _bench.Send(_bench.Packet(1, DhcpMessageType.Request, "10.77.0.200"))!.Value.Packet.MessageType);
    }

    [Fact]
    public void An_unknown_client_with_an_address_outside_our_range_is_another_servers_business() =>
        Assert.Null(_bench.Send(_bench.Packet(1, DhcpMessageType.Request, "10.77.0.200")));

    [Fact]
    public void After_a_loss_of_all_leases_a_client_keeps_its_address_in_our_range()
    {
        DhcpPacket reboot = _bench.Packet(1, DhcpMessageType.Request, "10.77.0.104");
        DhcpPacket renew = _bench.Packet(2, DhcpMessageType.Request, client: "10.77.0.105");

        Assert.Equal(IPAddress.Parse("10.77.0.104"), _bench.Send(reboot)!.Value.Packet.YourAddress);
        (DhcpPacket ack, DhcpReply reply) = _bench.Send(renew, from: "10.77.0.105:68")!.Value;
        Assert.Equal((DhcpMessageType.Ack, IPAddress.Parse("10.77.0.105"), IPAddress.Parse("10.77.0.105")), (ack.MessageType, ack.YourAddress, ack.ClientAddress));
        Assert.Equal(IPEndPoint.Parse("10.77.0.105:68"), reply.To);
        Assert.Null(reply.Neighbour);
        Assert.IsType<AddressLeased>(Assert.Single(_bench.Facts));
    }

    [Fact]
    public void A_client_that_chooses_another_server_frees_our_offer_and_shows_that_server()
    {
        _bench.Send(_bench.Packet(1, DhcpMessageType.Discover));

        Assert.Null(_bench.Send(_bench.Packet(1, DhcpMessageType.Request, "10.77.0.9", "10.77.0.2")));

        Assert.Equal(IPAddress.Parse("10.77.0.2"), Assert.IsType<ForeignServerSeen>(Assert.Single(_bench.Facts)).Server);
        Assert.False(Assert.Single(_bench.Leases.All).IsHeld(_bench.Now));
    }

    [Fact]
    public void A_declined_address_is_left_alone_for_a_while()
    {
        IPAddress bad = _bench.Lease(1);
        _bench.Send(_bench.Packet(1, DhcpMessageType.Decline, bad.ToString(), Ours));
        Assert.Equal(new AddressReleased(0, DhcpBench.Mac(1), bad, Declined: true), Assert.Single(_bench.Facts));

        Assert.NotEqual(bad, _bench.Lease(1));
        Assert.Equal(DhcpMessageType.Nak, _bench.Send(_bench.Packet(2, DhcpMessageType.Request, bad.ToString()))!.Value.Packet.MessageType);

        _bench.Now += LeaseTable.DeclineHold;
        Assert.Equal(DhcpMessageType.Ack, _bench.Send(_bench.Packet(2, DhcpMessageType.Request, bad.ToString(), Ours))!.Value.Packet.MessageType);
    }

    [Fact]
    public void A_client_without_an_address_gets_a_unicast_or_a_broadcast_as_it_wishes()
    {
        DhcpReply unicast = _bench.Send(_bench.Packet(1, DhcpMessageType.Discover))!.Value.Reply;
        (DhcpPacket packet, DhcpReply broadcast) = _bench.Send(_bench.Packet(1, DhcpMessageType.Discover, broadcast: true))!.Value;

        Assert.Equal((new IPEndPoint(packet.YourAddress, 68), DhcpBench.Mac(1)), (unicast.To, unicast.Neighbour));
        Assert.Equal(new IPEndPoint(IPAddress.Broadcast, 68), broadcast.To);
        Assert.True(packet.WantsBroadcast);
    }

    [Fact]
    public void A_relayed_request_is_answered_to_the_relay_with_its_information_last()
    {
        DhcpPacket request = _bench.Packet(1, DhcpMessageType.Discover, relay: "10.77.0.7", options: o => o.Add(DhcpOptionCode.RelayAgentInformation, [1, 2, 9, 9]));

        (DhcpPacket packet, DhcpReply reply) = _bench.Send(request)!.Value;

        Assert.Equal(IPEndPoint.Parse("10.77.0.7:67"), reply.To);
        Assert.Equal(IPAddress.Parse("10.77.0.7"), packet.Relay);
        Assert.Equal(DhcpOptionCode.RelayAgentInformation, packet.Options.Last().Key);
        Assert.Equal([1, 2, 9, 9], packet.Options[DhcpOptionCode.RelayAgentInformation].ToArray());
    }

    [Fact]
    public void Behind_a_relay_elsewhere_only_a_fixed_address_of_that_network_is_given()
    {
        Assert.Null(_bench.Send(_bench.Packet(1, DhcpMessageType.Discover, relay: "10.88.0.1")));

        _bench.Policy = _ => new BootAnswer.Serve("known", IPAddress.Parse("10.88.0.5"), null, "boot.0");
        DhcpPacket offer = _bench.Send(_bench.Packet(1, DhcpMessageType.Discover, relay: "10.88.0.1"))!.Value.Packet;

        Assert.Equal(IPAddress.Parse("10.88.0.5"), offer.YourAddress);
        Assert.Equal(IPAddress.Parse("10.88.0.1"), offer.Options.Address(DhcpOptionCode.Router));
    }

    [Fact]
    public void Inform_is_answered_without_an_address_and_a_lease_time()
    {
        (DhcpPacket packet, DhcpReply reply) = _bench.Send(_bench.Packet(1, DhcpMessageType.Inform, client: "10.77.0.33"))!.Value;

        Assert.Equal((DhcpMessageType.Ack, IPAddress.Any), (packet.MessageType, packet.YourAddress));
        Assert.False(packet.Options.Contains(DhcpOptionCode.AddressLeaseTime));
        Assert.Equal("lab.example", packet.Options.Text(DhcpOptionCode.DomainName));
        Assert.Equal(IPEndPoint.Parse("10.77.0.33:68"), reply.To);
        Assert.Empty(_bench.Leases.All);
    }

    [Fact]
    public void Bootp_gets_300_bytes_an_address_and_no_dhcp_options()
    {
        (DhcpPacket packet, DhcpReply reply) = _bench.Send(_bench.Packet(1, DhcpMessageType.None))!.Value;

        Assert.Equal(300, reply.Message.Length);
        Assert.Equal(("boot.0", DhcpBench.Ours), (packet.File, packet.NextServer));
        Assert.False(packet.Options.Contains(DhcpOptionCode.MessageType));
        Assert.False(packet.Options.Contains(DhcpOptionCode.AddressLeaseTime));
        Assert.Equal([typeof(ClientAsked), typeof(BootOffered), typeof(AddressLeased)], _bench.Facts.Select(fact => fact.GetType()));
    }

    [Fact]
    public void What_the_authority_ignores_is_not_answered_and_its_reason_is_told()
    {
        _bench.Policy = _ => new BootAnswer.Ignore("unknown machine");

        Assert.Null(_bench.Send(_bench.Packet(1, DhcpMessageType.Discover)));

        Assert.Equal("unknown machine", Assert.IsType<RequestIgnored>(_bench.Facts[^1]).Reason);
        Assert.Empty(_bench.Leases.All);
    }

    [Fact]
    public void A_reset_machine_that_asks_anew_does_not_lose_its_lease()
    {
        IPAddress address = _bench.Lease(1);
        _bench.Send(_bench.Packet(1, DhcpMessageType.Discover));

        _bench.Now += TimeSpan.FromMinutes(30);

        Assert.True(_bench.Leases.At(address)!.IsHeld(_bench.Now));
    }
}
