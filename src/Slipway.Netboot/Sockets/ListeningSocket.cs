using System.Net;
using System.Net.Sockets;

namespace Slipway.Netboot.Sockets;

/// <summary>Opens the sockets of the file servers, and says in words why one cannot be opened.</summary>
internal static class ListeningSocket
{
    /// <summary>Binds a socket in the network namespace of the calling thread.</summary>
    /// <param name="device">Network interface, or null for any.</param>
    /// <param name="code">For the exception.</param>
    /// <param name="what">The server in words, such as <c>TFTP</c>.</param>
    public static Socket Bind(ProtocolType protocol, IPEndPoint endPoint, string? device, string code, string what)
    {
        var socket = new Socket(endPoint.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            if (device is not null) InterfaceSocket.BindToDevice(socket, device);
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            bool isPermission = e.SocketErrorCode == SocketError.AccessDenied || e.NativeErrorCode == 1; // EPERM
            string where = $"{endPoint}{(device is null ? "" : $" on {device}")}";
            string remedy = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program has that port: find it with `ss -lnp`, stop it, or name another address or port",
                SocketError.AddressNotAvailable => "this machine does not have that address: give it to the interface first, or correct the lab file",
                _ when isPermission => "ports below 1024 and a fixed interface need root, CAP_NET_BIND_SERVICE and CAP_NET_RAW, or a network namespace",
                _ when device is not null => $"is there an interface named {device}? `ip link` lists them",
                _ => "see the system's message",
            };
            throw new NetbootException(code, $"{what} cannot listen on {where}: {e.Message}; {remedy}", isPermission, e);
        }
    }
}
