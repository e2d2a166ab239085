using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Slipway.Netboot.Sockets;

namespace Slipway.Netboot.Ipv6;

/// <summary>Answers IPv6 router solicitations on one interface, because a boot loader waits for that.</summary>
/// <remarks>The iPXE in QEMU's ROM configures IPv6 beside IPv4 and, when no router answers, waits about 13 s after its DHCPACK before it fetches anything.</remarks>
public sealed class RouterAdvertiser : IAsyncDisposable
{
    /// <summary>RFC 4861 §6.1.2: a receiver drops router discovery whose hop limit shows that it crossed a router.</summary>
    private const int OnThisLink = 255;

    // Linux numbers for setsockopt.
    private const int SolIpv6 = 41;
    private const int UnicastHops = 16;
    private const int SolIcmpv6 = 58;
    private const int Icmp6Filter = 1;
    private const int FilterBytes = 32;

    private static readonly IPAddress AllNodes = IPAddress.Parse("ff02::1");
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2");

    private readonly RouterAdvertiserOptions _options;
    private readonly TimeProvider _time;
    private readonly byte[] _advertisement;
    private Socket? _socket;
    private IPEndPoint _everybody = new(AllNodes, 0);
    private ReceiveThread? _thread;
    private ITimer? _timer;
    private long _sent;

    public RouterAdvertiser(RouterAdvertiserOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _advertisement = RouterAdvertisement.Write(options.Prefix);
    }

    /// <summary>Advertisements sent so far, solicited and unsolicited.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Opens the socket and starts answering. The socket is made on the calling thread and belongs to its network namespace.</summary>
    /// <exception cref="NetbootException">It cannot be had; the message says why.</exception>
    public void Start()
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
            InterfaceSocket.BindToDevice(socket, _options.Interface);
            int index = IndexOf(_options.Interface);
            socket.SetRawSocketOption(SolIcmpv6, Icmp6Filter, OnlySolicitations());
            socket.SetRawSocketOption(SolIpv6, UnicastHops, [OnThisLink, 0, 0, 0]);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, OnThisLink);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
            // Our own host must not configure itself from what we say.
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastLoopback, false);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(AllRouters, index));
            _everybody = new IPEndPoint(new IPAddress(AllNodes.GetAddressBytes(), index), 0);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw InterfaceSocket.Explain(e, _options.Interface, "ICMPv6 router advertisements", IPAddress.IPv6Any);
        }
        _socket = socket;
        _thread = new ReceiveThread(socket, "router advertiser", OnMessage);
        _timer = _time.CreateTimer(_ => Advertise(), null, TimeSpan.Zero, _options.Interval);
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync();
        if (_thread is not null) await _thread.DisposeAsync();
    }

    private void OnMessage(ReadOnlySpan<byte> message, IPEndPoint from)
    {
        if (RouterAdvertisement.IsSolicitation(message)) Advertise();
    }

    // Always to all nodes and at once. RFC 4861 §6.2.6 asks for a random delay and three seconds between two of them, for links with
    // thousands of nodes; here a machine is booting and waits for each of those seconds.
    private void Advertise()
    {
        try
        {
            _socket!.SendTo(_advertisement, _everybody);
            Interlocked.Increment(ref _sent);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The interface is down, or its link-local address is still being checked (RFC 4862 §5.4): the next solicitation comes soon.
        }
    }

    // A set bit blocks a type (RFC 3542 §3.2).
    private static byte[] OnlySolicitations()
    {
        var filter = new byte[FilterBytes];
        Array.Fill(filter, byte.MaxValue);
        int type = (int)RouterDiscoveryType.Solicitation;
        filter[type / 8] = (byte)(byte.MaxValue ^ (1 << (type % 8)));
        return filter;
    }

    private static int IndexOf(string name) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)?.GetIPProperties().GetIPv6Properties().Index
        ?? throw new NetbootException("SLP2003", $"interface {name}: there is no such interface", false, null);
}
