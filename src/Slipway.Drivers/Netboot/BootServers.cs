using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Channels;
using Slipway.Lab;
using Slipway.LabFile;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.HttpBoot;
using Slipway.Netboot.Ipv6;
using Slipway.Netboot.Loaders;
using Slipway.Netboot.Snapshots;
using Slipway.Netboot.Tftp;

namespace Slipway.Drivers.Netboot;

/// <summary>The lab's boot servers together: DHCP or proxyDHCP, TFTP, HTTP and router advertisement, on the lab's interface and nowhere else.</summary>
public sealed class BootServers : IAsyncDisposable
{
    // Facts are small and the pump is quick; a burst of 500 machines at once is about 4,000 facts. Servers never wait for room: they drop and count.
    private const int FactsInFlight = 16 * 1024;

    private readonly List<IAsyncDisposable> _servers = [];
    private readonly Channel<NetbootFact> _facts =
        Channel.CreateBounded<NetbootFact>(new BoundedChannelOptions(FactsInFlight) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource _stopping = new();
    private readonly FileSnapshots _snapshots;
    private readonly LabDescription _lab;
    private readonly TimeProvider _time;
    private readonly string _leaseFile;
    private DhcpServer? _dhcp;
    private Task _pump = Task.CompletedTask;

    /// <param name="lab">The lab to serve.</param>
    /// <param name="interfaceName">The interface, already there and up.</param>
    /// <param name="stateDirectory">Where leases and GRUB images are kept.</param>
    /// <param name="time">Clock.</param>
    public BootServers(LabDescription lab, string interfaceName, string stateDirectory, TimeProvider time)
    {
        _lab = lab;
        _time = time;
        Interface = interfaceName;
        (Address, PrefixLength) = FindAddress(lab.Network, interfaceName);
        Site = new BootSite(Address, lab.Network.HttpPort);
        _leaseFile = Path.Combine(stateDirectory, "dhcp.leases");
        _snapshots = new FileSnapshots(new FileSnapshotsOptions(), time);
        var catalog = new LoaderCatalog(lab.LoaderDirectories);
        var grub = new GrubCoreImage(catalog, Path.Combine(stateDirectory, "cache", "grub"));
        Bench = new NetbootBench(lab, catalog, grub, _snapshots, Site, MacOf)
        {
            Unknown = new UnknownMachineList(Path.Combine(stateDirectory, UnknownMachineList.FileName)),
        };
    }

    public NetbootBench Bench { get; }

    public BootSite Site { get; }

    public string Interface { get; }

    public IPAddress Address { get; }

    public int PrefixLength { get; }

    /// <summary>Opens every port. Nothing is answered before this.</summary>
    /// <exception cref="NetbootException">A port is taken or not allowed.</exception>
    public void Start()
    {
        NetworkDescription network = _lab.Network;
        if (network.Dhcp.Mode != LabFile.DhcpMode.Off)
        {
            _dhcp = Add(new DhcpServer(DhcpOptions(network), Bench, _facts.Writer, _time));
            _dhcp.Start();
        }
        Add(new TftpServer(new TftpServerOptions { Address = Address, Interface = Interface }, Bench, _facts.Writer, _time)).Start();
        if (network.HttpPort != 0)
            Add(new BootHttpServer(new BootHttpServerOptions { Address = Address, Port = network.HttpPort, Interface = Interface }, Bench, _facts.Writer, _time)).Start();
        if (network.RouterAdvertisement)
            Add(new RouterAdvertiser(new RouterAdvertiserOptions { Interface = Interface }, _time)).Start();
        _pump = Task.Run(() => Bench.PumpAsync(_facts.Reader, _stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in Enumerable.Reverse(_servers)) await server.DisposeAsync();
        _facts.Writer.TryComplete();
        try
        {
            // The servers have ended: what they still reported is read to its end.
            await _pump;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        _stopping.Dispose();
        _snapshots.Dispose();
    }

    private T Add<T>(T server) where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }

    private DhcpServerOptions DhcpOptions(NetworkDescription network) => new()
    {
        Interface = Interface,
        ServerAddress = Address,
        PrefixLength = PrefixLength,
        Mode = network.Dhcp.Mode == LabFile.DhcpMode.Proxy ? Slipway.Netboot.Dhcp.DhcpMode.Proxy : Slipway.Netboot.Dhcp.DhcpMode.Full,
        RangeFirst = network.Dhcp.RangeFirst,
        RangeLast = network.Dhcp.RangeLast,
        ReservedAddresses = [.. _lab.Machines.Values.Where(m => m.Ip is not null).Select(m => m.Ip!)],
        Router = network.Dhcp.Router,
        Dns = network.Dhcp.Dns,
        Domain = network.Dhcp.Domain,
        LeaseTime = network.Dhcp.LeaseTime,
        LeaseFile = _leaseFile,
    };

    private PhysicalAddress? MacOf(IPAddress address)
    {
        if (_dhcp is not null && _dhcp.TryGetMac(address, out PhysicalAddress? mac)) return mac;
        // Another server gave the address (proxy mode), or it is older than our lease file: the kernel knows its neighbours.
        return KernelNeighbours.Find(address, Interface);
    }

    private static (IPAddress Address, int PrefixLength) FindAddress(NetworkDescription network, string interfaceName)
    {
        if (network.Address is { } given && network.PrefixLength is { } length) return (given, length);
        NetworkInterface? found = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == interfaceName);
        if (found is null)
        {
            string there = string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name).Order(StringComparer.Ordinal));
            throw new DeviceException("SLP2003", $"network interface '{interfaceName}' is not on this computer (there are: {there})");
        }
        UnicastIPAddressInformation? address = found.GetIPProperties().UnicastAddresses
            .FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork && (network.Address is null || network.Address.Equals(a.Address)));
        if (address is null)
        {
            string wanted = network.Address is null ? "an IPv4 address" : network.Address.ToString();
            throw new DeviceException("SLP2004",
                $"network interface '{interfaceName}' does not have {wanted}; give it one (ip addr add …/24 dev {interfaceName}) or set network.address");
        }
        return (address.Address, address.PrefixLength);
    }
}
