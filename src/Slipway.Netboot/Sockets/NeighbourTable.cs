using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Netboot.Sockets;

/// <summary>Tells the system the MAC of a client that cannot answer ARP yet, so that it can be sent a unicast (RFC 2131 §4.1).</summary>
internal static class NeighbourTable
{
    // struct arpreq (linux/if_arp.h): arp_pa 16, arp_ha 16, arp_flags 4, arp_netmask 16, arp_dev 16.
    private const int RequestLength = 68;
    private const int HardwareOffset = 16;
    private const int FlagsOffset = 32;
    private const int DeviceOffset = 52;
    private const int LongestDeviceName = 15;
    private const int SetArpEntry = 0x8955;
    private const ushort InternetFamily = 2;
    private const ushort EthernetFamily = 1;
    private const int EntryIsComplete = 2;

    /// <summary>False when the system refuses (no CAP_NET_ADMIN): then broadcast.</summary>
    public static bool TryAdd(Socket socket, string name, IPAddress address, PhysicalAddress mac)
    {
        if (name.Length > LongestDeviceName) return false;
        var request = new byte[RequestLength];
        ushort internet = InternetFamily;
        ushort ethernet = EthernetFamily;
        int flags = EntryIsComplete;
        MemoryMarshal.Write(request, in internet);
        address.TryWriteBytes(request.AsSpan(4), out _);
        MemoryMarshal.Write(request.AsSpan(HardwareOffset), in ethernet);
        mac.GetAddressBytes().CopyTo(request.AsSpan(HardwareOffset + 2));
        MemoryMarshal.Write(request.AsSpan(FlagsOffset), in flags);
        Encoding.ASCII.GetBytes(name, request.AsSpan(DeviceOffset));
        return Control((int)socket.Handle, SetArpEntry, request) == 0;
    }

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int descriptor, nuint request, byte[] argument);
}
