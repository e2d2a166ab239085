using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Netboot.Sockets;

/// <summary>Makes sockets that hear and speak on one interface only.</summary>
internal static class InterfaceSocket
{
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoBindToDevice = 25;
    private const int ReceiveBufferBytes = 4 << 20;

    /// <summary>A UDP socket bound to the interface and address.</summary>
    /// <param name="isShared">SO_REUSEADDR before the bind. Without it a second server on the port is noticed instead of joined.</param>
    /// <exception cref="NetbootException">It cannot be had; the message says why and what to do.</exception>
    public static Socket Udp(string name, IPEndPoint local, bool isShared)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            BindToDevice(socket, name);
            socket.EnableBroadcast = true;
            socket.ReceiveBufferSize = ReceiveBufferBytes;
            if (isShared) Share(socket);
            socket.Bind(local);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw Explain(e, name, $"UDP port {local.Port}", local.Address);
        }
    }

    /// <summary>Lets later sockets bind to the same port. SO_REUSEADDR alone: the framework's own option adds SO_REUSEPORT, which deals packets out.</summary>
    public static void Share(Socket socket) => socket.SetRawSocketOption(SolSocket, SoReuseAddress, [1, 0, 0, 0]);

    /// <exception cref="SocketException">No such interface, or not allowed.</exception>
    public static void BindToDevice(Socket socket, string name) => socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(name + "\0"));

    /// <summary>What a failed bind means for the owner of the lab.</summary>
    public static NetbootException Explain(SocketException e, string name, string what, IPAddress address)
    {
        string where = $"interface {name}, {what}";
        // The framework has no word for "no such device", so that is asked of the system.
        if (NetworkInterface.GetAllNetworkInterfaces() is { } present && present.All(i => i.Name != name))
            return new NetbootException("SLP2003", $"{where}: there is no such interface (there are: {string.Join(", ", present.Select(i => i.Name))})", false, e);
        return e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new NetbootException("SLP2001",
                $"{where}: another program already listens there (dnsmasq, libvirt, isc-dhcp-server?); find it with 'ss -ulpn', stop it, or use another interface", false, e),
            SocketError.AccessDenied => new NetbootException("SLP2002",
                $"{where}: not allowed; run as root, give the program CAP_NET_BIND_SERVICE, CAP_NET_RAW and CAP_NET_ADMIN, or use a network namespace", true, e),
            SocketError.AddressNotAvailable => new NetbootException("SLP2004",
                $"{where}: the interface does not have the address {address} (it has: {Addresses(name)}); add it with 'ip addr add', or change the lab file", false, e),
            _ => new NetbootException("SLP2000", $"{where}: {e.Message}", false, e),
        };
    }

    private static string Addresses(string name)
    {
        IEnumerable<string> found = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.Name == name)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address.ToString());
        string text = string.Join(", ", found);
        return text.Length > 0 ? text : "none";
    }
}
