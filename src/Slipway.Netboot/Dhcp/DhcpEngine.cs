using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Dhcp;

/// <summary>Decides what every request is answered (RFC 2131 §4.3, PXE 2.1 §2.2). No I/O and no clock; its state is the lease table. Not thread-safe.</summary>
internal sealed class DhcpEngine(DhcpServerOptions options, IBootAuthority authority, LeaseTable leases)
{
    /// <summary>A BOOTP client never renews (RFC 1534 §2), so its address stays its own for longer than any machine is forgotten.</summary>
    private static readonly TimeSpan BootpHold = TimeSpan.FromDays(30);

    private static readonly TimeSpan ShortestLease = TimeSpan.FromMinutes(1);

    private const int LongestHostName = 63;

    private readonly DhcpReplyComposer _composer = new(options);
    private readonly Subnet _subnet = new(options.ServerAddress, options.PrefixLength);

    /// <summary>Answers one message from a client. Replies of other servers belong to <see cref="ForeignServers"/>.</summary>
    public DhcpOutcome Handle(DhcpPacket request, DhcpArrival arrival)
    {
        var exchange = new DhcpExchange(request, arrival);
        if (request.Operation != BootpOperation.Request) return exchange.Silent();
        if (arrival.Port == DhcpPort.Proxy) return OnBootServerRequest(exchange);
        return (options.Mode, request.MessageType) switch
        {
            (DhcpMode.Full, DhcpMessageType.None) => OnBootp(exchange),
            (DhcpMode.Full, DhcpMessageType.Discover) => OnDiscover(exchange),
            (DhcpMode.Full, DhcpMessageType.Request) => OnRequest(exchange),
            (DhcpMode.Full, DhcpMessageType.Decline) => OnDecline(exchange),
            (DhcpMode.Full, DhcpMessageType.Release) => OnRelease(exchange),
            (DhcpMode.Full, DhcpMessageType.Inform) => OnInform(exchange),
            (DhcpMode.Proxy, DhcpMessageType.Discover) => OnProxyDiscover(exchange),
            (DhcpMode.Proxy, DhcpMessageType.Request) => OnProxyRequest(exchange),
            _ => exchange.Silent(),
        };
    }

    private DhcpOutcome OnDiscover(DhcpExchange exchange)
    {
        exchange.Asked();
        BootAnswer answer = authority.Answer(exchange.Client);
        if (answer is not BootAnswer.Serve serve) return exchange.Ignored(answer.Reason);
        if (AddressFor(exchange, serve, out string why) is not { } address) return exchange.Ignored(why);

        Reserve(exchange, address, serve);
        exchange.Offered(address, serve);
        return exchange.Reply(_composer.Address(exchange, DhcpMessageType.Offer, address, LeaseLength(exchange.Request), serve));
    }

    private DhcpOutcome OnRequest(DhcpExchange exchange)
    {
        DhcpPacket request = exchange.Request;
        IPAddress? chosen = request.Options.Address(DhcpOptionCode.ServerIdentifier);
        if (chosen is not null && !chosen.Equals(options.ServerAddress)) return OnOtherServerChosen(exchange, chosen);

        bool extends = chosen is null && !request.ClientAddress.Equals(IPAddress.Any);
        if (!extends) exchange.Asked();
        IPAddress wish = (extends ? null : request.Options.Address(DhcpOptionCode.RequestedAddress)) ?? request.ClientAddress;
        if (wish.Equals(IPAddress.Any)) return exchange.Ignored("the REQUEST names no address");
        BootAnswer answer = authority.Answer(exchange.Client);
        if (answer is not BootAnswer.Serve serve) return exchange.Ignored(answer.Reason);

        switch (Entitlement(exchange, serve, wish, isAnswerToOurOffer: chosen is not null))
        {
            case Verdict.Refuse:
                return exchange.Reply(_composer.Nak(exchange, $"{wish} is not yours"));
            case Verdict.StaySilent:
                return exchange.Ignored($"it asks for {wish}, which is not ours to give");
        }
        TimeSpan length = LeaseLength(request);
        var lease = new DhcpLease(wish, exchange.Holder, exchange.Client.Mac, DhcpLeaseState.Bound, exchange.Arrival.Now + length, HostName(exchange, serve));
        leases.Put(lease);
        exchange.Leased(lease, length);
        return exchange.Reply(_composer.Address(exchange, DhcpMessageType.Ack, wish, length, serve));
    }

    private enum Verdict
    {
        Grant,
        Refuse,

        /// <summary>Another server may know the client (RFC 2131 §4.3.2, INIT-REBOOT).</summary>
        StaySilent,
    }

    private Verdict Entitlement(DhcpExchange exchange, BootAnswer.Serve serve, IPAddress wish, bool isAnswerToOurOffer)
    {
        if (serve.FixedAddress is { } own) return own.Equals(wish) ? Verdict.Grant : Verdict.Refuse;
        if (!IsLocal(exchange.Request)) return Verdict.Refuse;
        // Offers are not written down, so a REQUEST that follows one from before a restart is judged by the address alone.
        if (leases.IsFree(wish, exchange.Holder, exchange.Arrival.Now)) return Verdict.Grant;
        bool knowsBetter = isAnswerToOurOffer || !_subnet.Contains(wish) || leases.Of(exchange.Holder) is not null || leases.At(wish) is not null;
        return knowsBetter ? Verdict.Refuse : Verdict.StaySilent;
    }

    private DhcpOutcome OnOtherServerChosen(DhcpExchange exchange, IPAddress server)
    {
        exchange.ForeignServer(server, $"{exchange.Holder} chose it in its REQUEST");
        if (leases.Of(exchange.Holder) is { State: DhcpLeaseState.Offered } offer) leases.Put(offer with { State = DhcpLeaseState.Released });
        return exchange.Silent();
    }

    private DhcpOutcome OnDecline(DhcpExchange exchange)
    {
        IPAddress? address = exchange.Request.Options.Address(DhcpOptionCode.RequestedAddress);
        if (address is null || leases.At(address) is not { } lease || lease.Holder != exchange.Holder) return exchange.Silent();
        exchange.Returned(leases.Quarantine(address, exchange.Arrival.Now));
        return exchange.Silent();
    }

    private DhcpOutcome OnRelease(DhcpExchange exchange)
    {
        if (leases.At(exchange.Request.ClientAddress) is not { State: DhcpLeaseState.Bound } lease || lease.Holder != exchange.Holder) return exchange.Silent();
        DhcpLease released = lease with { State = DhcpLeaseState.Released, Expires = exchange.Arrival.Now };
        leases.Put(released);
        exchange.Returned(released);
        return exchange.Silent();
    }

    // The client has an address and wants the rest (RFC 2131 §4.3.5): no yiaddr, no lease time.
    private DhcpOutcome OnInform(DhcpExchange exchange)
    {
        if (exchange.Request.ClientAddress.Equals(IPAddress.Any)) return exchange.Ignored("the INFORM has no ciaddr");
        BootAnswer answer = authority.Answer(exchange.Client);
        if (answer is not BootAnswer.Serve serve) return exchange.Ignored(answer.Reason);
        return exchange.Reply(_composer.Address(exchange, DhcpMessageType.Ack, IPAddress.Any, null, serve));
    }

    private DhcpOutcome OnBootp(DhcpExchange exchange)
    {
        exchange.Asked();
        BootAnswer answer = authority.Answer(exchange.Client);
        if (answer is not BootAnswer.Serve serve) return exchange.Ignored(answer.Reason);
        if (AddressFor(exchange, serve, out string why) is not { } address) return exchange.Ignored(why);

        var lease = new DhcpLease(address, exchange.Holder, exchange.Client.Mac, DhcpLeaseState.Bound, exchange.Arrival.Now + BootpHold, HostName(exchange, serve));
        leases.Put(lease);
        exchange.Offered(address, serve);
        exchange.Leased(lease, BootpHold);
        return exchange.Reply(_composer.Address(exchange, DhcpMessageType.None, address, null, serve));
    }

    private DhcpOutcome OnProxyDiscover(DhcpExchange exchange)
    {
        exchange.Asked();
        if (!IsBootClient(exchange)) return exchange.Ignored("proxy mode answers only PXE and UEFI HTTP boot clients");
        return AnswerWithoutAddress(exchange, DhcpMessageType.Offer);
    }

    private DhcpOutcome OnProxyRequest(DhcpExchange exchange)
    {
        if (exchange.Request.Options.Address(DhcpOptionCode.ServerIdentifier) is { } server && !server.Equals(options.ServerAddress))
            exchange.ForeignServer(server, $"{exchange.Holder} chose it in its REQUEST");
        return exchange.Silent();
    }

    private DhcpOutcome OnBootServerRequest(DhcpExchange exchange)
    {
        if (exchange.Request.MessageType is not (DhcpMessageType.Request or DhcpMessageType.Inform)) return exchange.Silent();
        exchange.Asked();
        if (!IsBootClient(exchange)) return exchange.Ignored("port 4011 answers only PXE and UEFI HTTP boot clients");
        return AnswerWithoutAddress(exchange, DhcpMessageType.Ack);
    }

    private DhcpOutcome AnswerWithoutAddress(DhcpExchange exchange, DhcpMessageType type)
    {
        BootAnswer answer = authority.Answer(exchange.Client);
        if (answer is not BootAnswer.Serve serve) return exchange.Ignored(answer.Reason);
        if (serve.File.Length == 0) return exchange.Ignored($"nothing to boot: {serve.Reason}");
        exchange.Offered(exchange.Request.ClientAddress, serve);
        return exchange.Reply(_composer.Proxy(exchange, type, serve));
    }

    private IPAddress? AddressFor(DhcpExchange exchange, BootAnswer.Serve serve, out string why)
    {
        why = "";
        if (serve.FixedAddress is { } own) return own;
        if (!IsLocal(exchange.Request))
        {
            why = $"it asks through the relay {exchange.Request.Relay}, outside {_subnet}, and has no fixed address";
            return null;
        }
        if (leases.Choose(exchange.Holder, exchange.Request.Options.Address(DhcpOptionCode.RequestedAddress), exchange.Arrival.Now) is { } address) return address;
        why = options.RangeFirst is null ? "there is no dynamic range, and it has no fixed address" : $"no address is free in {options.RangeFirst}-{options.RangeLast}";
        return null;
    }

    // A lease in force is not cut down to an offer when its machine is reset and asks anew.
    private void Reserve(DhcpExchange exchange, IPAddress address, BootAnswer.Serve serve)
    {
        DateTimeOffset until = exchange.Arrival.Now + LeaseTable.OfferHold;
        if (leases.At(address) is { State: DhcpLeaseState.Bound } lease && lease.Holder == exchange.Holder && lease.Expires >= until) return;
        leases.Put(new DhcpLease(address, exchange.Holder, exchange.Client.Mac, DhcpLeaseState.Offered, until, HostName(exchange, serve)));
    }

    private bool IsLocal(DhcpPacket request) => request.Relay.Equals(IPAddress.Any) || _subnet.Contains(request.Relay);

    private static bool IsBootClient(DhcpExchange exchange) =>
        exchange.Client.VendorClass.StartsWith(BootClientReader.PxeClass, StringComparison.Ordinal)
        || exchange.Client.VendorClass.StartsWith(BootClientReader.HttpClass, StringComparison.Ordinal);

    private TimeSpan LeaseLength(DhcpPacket request)
    {
        if (request.Options[DhcpOptionCode.AddressLeaseTime] is not { Length: sizeof(uint) } asked) return options.LeaseTime;
        TimeSpan wish = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(asked));
        return wish > options.LeaseTime ? options.LeaseTime : wish < ShortestLease ? ShortestLease : wish;
    }

    private static string HostName(DhcpExchange exchange, BootAnswer.Serve serve)
    {
        string name = serve.HostName ?? exchange.Request.Options.Text(DhcpOptionCode.HostName);
        return name.Length <= LongestHostName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && name != "-" ? name : "";
    }
}
