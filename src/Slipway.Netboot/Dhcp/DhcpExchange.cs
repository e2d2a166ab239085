using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Dhcp;

/// <summary>Which of our ports a message came to, and an answer leaves from.</summary>
internal enum DhcpPort
{
    /// <summary>67: addresses, and OFFERs of a proxy.</summary>
    Server,

    /// <summary>4011: PXE clients that have an address and ask for their boot file.</summary>
    Proxy,
}

/// <summary>How and when a message came.</summary>
internal readonly record struct DhcpArrival(IPEndPoint From, DhcpPort Port, DateTimeOffset Now, long Timestamp);

/// <summary>A message to send.</summary>
/// <param name="From">Port to send it from.</param>
/// <param name="Neighbour">Set when <paramref name="To"/> is an address the client does not use yet and so cannot answer ARP for.</param>
internal sealed record DhcpReply(byte[] Message, IPEndPoint To, DhcpPort From, PhysicalAddress? Neighbour);

/// <summary>What came of one request: at most one reply, the facts in order, and the leases to write down before the reply leaves.</summary>
internal sealed record DhcpOutcome(DhcpReply? Reply, IReadOnlyList<NetbootFact> Facts, IReadOnlyList<DhcpLease> Leases);

/// <summary>One request while it is being answered.</summary>
internal sealed class DhcpExchange(DhcpPacket request, DhcpArrival arrival)
{
    private readonly List<NetbootFact> _facts = [];
    private readonly List<DhcpLease> _leases = [];

    public DhcpPacket Request { get; } = request;

    public DhcpArrival Arrival { get; } = arrival;

    public BootClient Client { get; } = BootClientReader.Describe(request);

    /// <summary>The key of the client's lease.</summary>
    /// <remarks>
    /// It is the MAC, also when option 61 is sent: PXE ROM, iPXE, installer and system of one machine send different client identifiers
    /// and must keep one address. Only hardware without an Ethernet-like address (hlen 0, all zero) is known by its identifier.
    /// The price: two systems behind one MAC (ipvlan) share an address.
    /// </remarks>
    public string Holder { get; } = request.HardwareAddress.Any(b => b != 0)
        ? string.Join(':', request.HardwareAddress.Select(b => b.ToString("x2")))
        : "id:" + Convert.ToHexStringLower(request.Options[DhcpOptionCode.ClientIdentifier]);

    /// <summary>The message type as people write it.</summary>
    public string Message { get; } = (request.MessageType == DhcpMessageType.None ? "BOOTP" : request.MessageType.ToString().ToUpperInvariant())
        + (arrival.Port == DhcpPort.Proxy ? " on port 4011" : "");

    public void Asked() => _facts.Add(new ClientAsked(Arrival.Timestamp, Client, Message, Request.TransactionId));

    public void Offered(IPAddress address, BootAnswer.Serve serve) =>
        _facts.Add(new BootOffered(Arrival.Timestamp, Client.Mac, address, serve.File, serve.Reason));

    public void Leased(DhcpLease lease, TimeSpan length)
    {
        _leases.Add(lease);
        _facts.Add(new AddressLeased(Arrival.Timestamp, Client.Mac, lease.Address, length));
    }

    public void Returned(DhcpLease lease)
    {
        _leases.Add(lease);
        _facts.Add(new AddressReleased(Arrival.Timestamp, Client.Mac, lease.Address, lease.State == DhcpLeaseState.Declined));
    }

    public void ForeignServer(IPAddress server, string evidence) => _facts.Add(new ForeignServerSeen(Arrival.Timestamp, server, evidence));

    public DhcpOutcome Silent() => new(null, _facts, _leases);

    public DhcpOutcome Ignored(string reason)
    {
        _facts.Add(new RequestIgnored(Arrival.Timestamp, Client.Mac, Message, reason));
        return Silent();
    }

    public DhcpOutcome Reply(DhcpReply reply) => new(reply, _facts, _leases);
}
