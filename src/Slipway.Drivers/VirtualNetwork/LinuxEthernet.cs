using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>What .NET does not have of Linux's network interfaces: offload switches and raw frames. The only place with these numbers.</summary>
internal static unsafe partial class LinuxEthernet
{
    private const int AddressFamilyInternet = 2;
    private const int SocketDatagram = 2;
    private const nuint SiocEthtool = 0x8946;
    private const uint EthtoolSetTxChecksum = 0x17;
    private const uint EthtoolSetTso = 0x1f;
    private const uint EthtoolSetGso = 0x25;
    private const int InterfaceNameBytes = 16;

    /// <summary>Turns transmit checksum offload and segmentation off. With them on, frames leave a veth with their UDP checksum unfilled, and the
    /// client drops them silently: it gets as far as DHCP (raw sockets do not look) and stops right after.</summary>
    public static void SwitchOffloadsOff(string interfaceName)
    {
        int socket = Socket(AddressFamilyInternet, SocketDatagram, 0);
        if (socket < 0) return;
        foreach (uint command in new[] { EthtoolSetTxChecksum, EthtoolSetTso, EthtoolSetGso })
        {
            var value = new EthtoolValue { Command = command, Data = 0 };
            var request = new InterfaceRequest { Data = (nint)(&value) };
            Encoding.ASCII.GetBytes(interfaceName, new Span<byte>(request.Name, InterfaceNameBytes - 1));
            // A bridge without ports has nothing to switch and says so; that is no trouble.
            _ = Ioctl(socket, SiocEthtool, &request);
        }
        _ = LinuxProcess.Close(socket);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct EthtoolValue
    {
        public uint Command;
        public uint Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceRequest
    {
        public fixed byte Name[InterfaceNameBytes];
        public nint Data;
        public fixed byte Rest[16];
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, void* argument);
}
