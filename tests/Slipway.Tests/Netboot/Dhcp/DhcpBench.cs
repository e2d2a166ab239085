using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Pxe;

namespace Slipway.Tests.Netboot.Dhcp;

/// <summary>An engine on 10.77.0.1/24 with the range .100 to .109, a clock that stands, and an authority of one function.</summary>
internal sealed class DhcpBench : IBootAuthority
{
    public static readonly IPAddress Ours = IPAddress.Parse("10.77.0.1");

    private readonly DhcpEngine _engine;
    private uint _transaction;

    public DhcpBench(Func<DhcpServerOptions, DhcpServerOptions>? change = null)
    {
        var options = new DhcpServerOptions
        {
            Interface = "eth1",
            ServerAddress = Ours,
            RangeFirst = IPAddress.Parse("10.77.0.100"),
            RangeLast = IPAddress.Parse("10.77.0.109"),
            Router = IPAddress.Parse("10.77.0.254"),
            Dns = [IPAddress.Parse("10.77.0.253"), IPAddress.Parse("9.9.9.9")],
            Domain = "lab.example",
        };
        Options = change?.Invoke(options) ?? options;
        Leases = new LeaseTable(Options);
        _engine = new DhcpEngine(Options, this, Leases);
    }

    public DhcpServerOptions Options { get; }

    public LeaseTable Leases { get; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Func<BootClient, BootAnswer> Policy { get; set; } = _ => new BootAnswer.Serve("test", null, null, "boot.0");

    public IReadOnlyList<NetbootFact> Facts { get; private set; } = [];

    public BootAnswer Answer(BootClient client) => Policy(client);

    public FileAnswer Open(FileRequest request) => new FileAnswer.Refuse("not here", Expected: false);

    /// <summary>The reply decoded from its bytes; null when silent.</summary>
    public (DhcpPacket Packet, DhcpReply Reply)? Send(DhcpPacket request, DhcpPort port = DhcpPort.Server, string from = "0.0.0.0:68")
    {
        // Through the wire form, as it comes in life.
        Assert.True(DhcpPacket.TryRead(request.Write(1472), out DhcpPacket received, out DhcpDefect defect), defect.ToString());
        DhcpOutcome outcome = _engine.Handle(received, new DhcpArrival(IPEndPoint.Parse(from), port, Now, 0));
        Facts = outcome.Facts;
        if (outcome.Reply is null) return null;
        Assert.True(DhcpPacket.TryRead(outcome.Reply.Message, out DhcpPacket reply, out defect), defect.ToString());
        Assert.Equal(BootpOperation.Reply, reply.Operation);
        Assert.Equal(received.TransactionId, reply.TransactionId);
        return (reply, outcome.Reply);
    }

    public DhcpPacket Packet(
        int machine, DhcpMessageType type, string? requested = null, string? server = null, string? client = null, string? relay = null,
        bool broadcast = false, Action<DhcpOptions>? options = null)
    {
        var list = new DhcpOptions();
        if (type != DhcpMessageType.None) list.Add(DhcpOptionCode.MessageType, (byte)type);
        if (requested is not null) list.Add(DhcpOptionCode.RequestedAddress, IPAddress.Parse(requested));
        if (server is not null) list.Add(DhcpOptionCode.ServerIdentifier, IPAddress.Parse(server));
        options?.Invoke(list);
        return new DhcpPacket
        {
            TransactionId = ++_transaction,
            HardwareAddress = Mac(machine).GetAddressBytes(),
            ClientAddress = client is null ? IPAddress.Any : IPAddress.Parse(client),
            Relay = relay is null ? IPAddress.Any : IPAddress.Parse(relay),
            WantsBroadcast = broadcast,
            Options = list,
        };
    }

    /// <summary>DISCOVER and REQUEST to the end; the address.</summary>
    public IPAddress Lease(int machine)
    {
        IPAddress offered = Send(Packet(machine, DhcpMessageType.Discover))!.Value.Packet.YourAddress;
        DhcpPacket ack = Send(Packet(machine, DhcpMessageType.Request, offered.ToString(), Ours.ToString()))!.Value.Packet;
        Assert.Equal((DhcpMessageType.Ack, offered), (ack.MessageType, ack.YourAddress));
        return offered;
    }

    public static PhysicalAddress Mac(int machine) => new([0x52, 0x54, 0, 0, 0, (byte)machine]);
}
