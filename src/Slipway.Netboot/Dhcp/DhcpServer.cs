using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Channels;
using Slipway.Netboot.Sockets;

namespace Slipway.Netboot.Dhcp;

/// <summary>A DHCP, BOOTP and proxyDHCP server on one interface. All members may be called from any thread.</summary>
/// <remarks>
/// Every decision is <see cref="DhcpEngine"/>'s; here are only sockets, the lock and the lease file. Each port has two sockets: one on the
/// wildcard address, which alone hears broadcasts, and one on <see cref="DhcpServerOptions.ServerAddress"/>, from which every answer leaves:
/// clients drop answers from another address than the server identifier's.
/// </remarks>
public sealed class DhcpServer : IAsyncDisposable
{
    /// <summary>The listener for other servers' replies works on this port only: any other is a test's, and its client needs the port.</summary>
    private const int RealClientPort = 68;

    /// <summary>Clients remembered for <see cref="TryGetMac"/> that have their address from somebody else.</summary>
    private const int MostStrangers = 4096;

    private readonly Lock _gate = new();
    private readonly DhcpServerOptions _options;
    private readonly ChannelWriter<NetbootFact> _facts;
    private readonly TimeProvider _time;
    private readonly LeaseTable _leases;
    private readonly DhcpEngine _engine;
    private readonly ForeignServers _foreign;
    private readonly Dictionary<IPAddress, PhysicalAddress> _strangers = [];
    private readonly List<ReceiveThread> _threads = [];
    private LeaseFile? _leaseFile;
    private Socket? _serverSocket;
    private Socket? _proxySocket;
    private long _droppedFacts;

    /// <param name="options">Checked by <see cref="Start"/>.</param>
    /// <param name="authority">Asked under the server's lock, for every request once.</param>
    /// <param name="facts">Never waited for: when it is full the fact is dropped and counted.</param>
    /// <param name="time">Lease times and time stamps.</param>
    public DhcpServer(DhcpServerOptions options, IBootAuthority authority, ChannelWriter<NetbootFact> facts, TimeProvider time)
    {
        _options = options;
        _facts = facts;
        _time = time;
        _leases = new LeaseTable(options);
        _engine = new DhcpEngine(options, authority, _leases);
        _foreign = new ForeignServers(options.ServerAddress);
    }

    /// <summary>Facts nobody had room for.</summary>
    public long DroppedFacts => Interlocked.Read(ref _droppedFacts);

    /// <summary>What was wrong with the lease file at the start, for people; null when nothing.</summary>
    public string? LeaseFileDamage { get; private set; }

    /// <summary>Leases that could not be written to the lease file since the start.</summary>
    public int LeaseFileFailures
    {
        get
        {
            lock (_gate) return _leaseFile?.Failures ?? 0;
        }
    }

    /// <summary>The lease table by address: offered, bound, released and declined ones.</summary>
    public IReadOnlyList<DhcpLease> Leases
    {
        get
        {
            lock (_gate) return _leases.All;
        }
    }

    /// <summary>Reads the leases, opens the sockets and starts the threads that serve.</summary>
    /// <remarks>All sockets are made on the calling thread, so they belong to the network namespace that thread is in.</remarks>
    /// <exception cref="NetbootException">It cannot serve; nothing is left open.</exception>
    public void Start()
    {
        if (_options.Faults() is { Count: > 0 } faults) throw new NetbootException("SLP2006", $"DHCP on {_options.Interface}: {string.Join("; ", faults)}", false, null);
        var opened = new List<Socket>();
        try
        {
            OpenLeaseFile();
            (Socket wildServer, _serverSocket) = OpenPort(_options.ServerPort, opened);
            (Socket wildProxy, _proxySocket) = OpenPort(_options.ProxyPort, opened);
            Socket? listener = OpenForeignListener();

            Serve(wildServer, DhcpPort.Server);
            Serve(_serverSocket, DhcpPort.Server);
            Serve(wildProxy, DhcpPort.Proxy);
            Serve(_proxySocket, DhcpPort.Proxy);
            if (listener is not null) _threads.Add(new ReceiveThread(listener, "dhcp other servers", OnOtherServersReply));
        }
        catch
        {
            foreach (Socket socket in opened) socket.Dispose();
            _leaseFile?.Dispose();
            throw;
        }
    }

    /// <summary>The MAC of the machine that uses an address, from its lease or from what it sent us; for TFTP and HTTP, which only know the address.</summary>
    public bool TryGetMac(IPAddress address, out PhysicalAddress mac)
    {
        lock (_gate)
        {
            if (_leases.At(address) is { State: DhcpLeaseState.Bound or DhcpLeaseState.Offered } lease)
            {
                mac = lease.Mac;
                return true;
            }
            return _strangers.TryGetValue(address, out mac!);
        }
    }

    /// <summary>Closes the sockets, waits for the threads, closes the lease file.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ReceiveThread thread in _threads) await thread.DisposeAsync();
        _threads.Clear();
        _leaseFile?.Dispose();
    }

    private void OpenLeaseFile()
    {
        if (_options.LeaseFile is not { } path) return;
        try
        {
            _leaseFile = LeaseFile.Open(path, _leases);
            LeaseFileDamage = _leaseFile.Damage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NetbootException("SLP2005", $"{path}: the lease file cannot be used: {e.Message}; choose a place this user may write", e is UnauthorizedAccessException, e);
        }
    }

    private (Socket Wildcard, Socket Own) OpenPort(int port, List<Socket> opened)
    {
        // The first bind is exclusive, so a foreign server on this port is an error and not a silent rival; only then our second socket joins.
        Socket wildcard = InterfaceSocket.Udp(_options.Interface, new IPEndPoint(IPAddress.Any, port), isShared: false);
        opened.Add(wildcard);
        InterfaceSocket.Share(wildcard);
        Socket own = InterfaceSocket.Udp(_options.Interface, new IPEndPoint(_options.ServerAddress, port), isShared: true);
        opened.Add(own);
        return (wildcard, own);
    }

    // Bound to the broadcast address, so that it takes no unicast away from a DHCP client of this host. A luxury: without it, foreign
    // servers are still noticed when a client chooses one.
    private Socket? OpenForeignListener()
    {
        if (_options.ClientPort != RealClientPort) return null;
        try
        {
            return InterfaceSocket.Udp(_options.Interface, new IPEndPoint(IPAddress.Broadcast, RealClientPort), isShared: true);
        }
        catch (NetbootException)
        {
            return null;
        }
    }

    private void Serve(Socket socket, DhcpPort port) =>
        _threads.Add(new ReceiveThread(socket, $"dhcp {socket.LocalEndPoint}", (datagram, from) => OnDatagram(datagram, from, port)));

    private void OnDatagram(ReadOnlySpan<byte> datagram, IPEndPoint from, DhcpPort port)
    {
        if (!DhcpPacket.TryRead(datagram, out DhcpPacket packet, out DhcpDefect defect))
        {
            Publish(new BadPacketSeen(_time.GetTimestamp(), "DHCP", from, defect.ToString()));
            return;
        }
        lock (_gate)
        {
            if (_foreign.SenderOf(packet, from.Address) is { } server) ReportForeign(server, packet, from);
            DhcpOutcome outcome = _engine.Handle(packet, new DhcpArrival(from, port, _time.GetUtcNow(), _time.GetTimestamp()));
            // Written before it is promised.
            foreach (DhcpLease lease in outcome.Leases) _leaseFile?.Append(lease, _leases);
            string? failure = outcome.Reply is null ? null : Send(outcome.Reply);
            RememberStranger(packet, from);
            foreach (NetbootFact fact in outcome.Facts)
                if (fact is not ForeignServerSeen seen || _foreign.IsNews(seen.Server, _time.GetUtcNow())) Publish(fact);
            if (failure is not null) Publish(new RequestIgnored(_time.GetTimestamp(), new PhysicalAddress([.. packet.HardwareAddress]), packet.MessageType.ToString().ToUpperInvariant(), failure));
        }
    }

    private void OnOtherServersReply(ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        if (!DhcpPacket.TryRead(datagram, out DhcpPacket packet, out _) || _foreign.SenderOf(packet, from.Address) is not { } server) return;
        lock (_gate) ReportForeign(server, packet, from);
    }

    private void ReportForeign(IPAddress server, DhcpPacket packet, IPEndPoint from)
    {
        if (!_foreign.IsNews(server, _time.GetUtcNow())) return;
        Publish(new ForeignServerSeen(_time.GetTimestamp(), server, $"{packet.MessageType.ToString().ToUpperInvariant()} of {packet.YourAddress} from {from}"));
    }

    // A client whose address another server gave shows it in its REQUEST, or by asking from it.
    private void RememberStranger(DhcpPacket packet, IPEndPoint from)
    {
        IPAddress? address = !from.Address.Equals(IPAddress.Any) && packet.Relay.Equals(IPAddress.Any) ? from.Address
            : packet.MessageType == DhcpMessageType.Request ? packet.Options.Address(DhcpOptionCode.RequestedAddress) : null;
        if (address is null || packet.HardwareAddress.Count == 0 || packet.Operation != BootpOperation.Request) return;
        if (_strangers.Count >= MostStrangers && !_strangers.ContainsKey(address)) _strangers.Clear();
        _strangers[address] = new PhysicalAddress([.. packet.HardwareAddress]);
    }

    private string? Send(DhcpReply reply)
    {
        Socket socket = (reply.From == DhcpPort.Server ? _serverSocket : _proxySocket)!;
        bool needsBroadcast = reply.Neighbour is { } mac && !NeighbourTable.TryAdd(socket, _options.Interface, reply.To.Address, mac);
        var broadcast = new IPEndPoint(IPAddress.Broadcast, reply.To.Port);
        try
        {
            socket.SendTo(reply.Message, needsBroadcast ? broadcast : reply.To);
            return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return $"the reply to {reply.To} could not be sent: {e.Message}";
        }
    }

    private void Publish(NetbootFact fact)
    {
        if (!_facts.TryWrite(fact)) Interlocked.Increment(ref _droppedFacts);
    }
}
