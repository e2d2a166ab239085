using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Lab;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>Carries Ethernet frames between an interface and a virtual machine's datagram socket, where no TAP device can be had.</summary>
/// <remarks>Two threads that copy; QEMU 7.2's <c>-netdev dgram</c> is the other side. Lives as long as this process.</remarks>
internal sealed partial class FrameRelay : IDisposable
{
    private const int AddressFamilyPacket = 17;
    private const int SocketRaw = 3;
    private const ushort AllProtocolsBigEndian = 0x0300; // htons(ETH_P_ALL = 3)
    private const int SolPacket = 263;
    private const int PacketIgnoreOutgoing = 23;
    private const int MaxFrameBytes = 65536;

    private readonly int _packet;
    private readonly Socket _machine;
    private readonly string _path;
    private readonly Thread[] _threads;
    private volatile bool _stopping;

    /// <param name="interfaceName">The relay's end of the pair.</param>
    /// <param name="relayPath">The unix socket QEMU sends to.</param>
    /// <param name="machinePath">The unix socket QEMU receives on; it appears when QEMU starts.</param>
    public FrameRelay(string interfaceName, string relayPath, string machinePath)
    {
        _path = relayPath;
        _packet = OpenPacketSocket(interfaceName);
        File.Delete(relayPath);
        _machine = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _machine.Bind(new UnixDomainSocketEndPoint(relayPath));
        // A thread that waits for nothing must see the end: a second is what closing takes at most.
        _machine.ReceiveTimeout = 1000;
        // A stopped machine reads nothing and its queue is ten frames long: who waits for room waits no longer than that either.
        _machine.SendTimeout = 1000;
        var machine = new UnixDomainSocketEndPoint(machinePath);
        _threads =
        [
            new Thread(ToMachine) { IsBackground = true, Name = $"relay {interfaceName} in" },
            new Thread(FromMachine) { IsBackground = true, Name = $"relay {interfaceName} out" },
        ];
        foreach (Thread thread in _threads) thread.Start(machine);
    }

    public void Dispose()
    {
        _stopping = true;
        foreach (Thread thread in _threads) thread.Join();
        _ = LinuxProcess.Close(_packet);
        _machine.Dispose();
        File.Delete(_path);
    }

    private unsafe void ToMachine(object? endPoint)
    {
        var machine = (UnixDomainSocketEndPoint)endPoint!;
        byte[] frame = new byte[MaxFrameBytes];
        fixed (byte* start = frame)
        {
            while (!_stopping)
            {
                nint read = Receive(_packet, start, MaxFrameBytes, 0);
                if (read <= 0) continue;
                try
                {
                    _machine.SendTo(frame.AsSpan(0, (int)read), machine);
                }
                catch (SocketException)
                {
                    // Nobody there yet, or full: an Ethernet may lose a frame.
                }
            }
        }
    }

    private unsafe void FromMachine(object? _)
    {
        byte[] frame = new byte[MaxFrameBytes];
        fixed (byte* start = frame)
        {
            while (!_stopping)
            {
                try
                {
                    int read = _machine.Receive(frame);
                    if (read > 0) Send(_packet, start, read, 0);
                }
                catch (SocketException)
                {
                    // The time-out by which the end is seen.
                }
            }
        }
    }

    private static unsafe int OpenPacketSocket(string interfaceName)
    {
        int packet = OpenSocket(AddressFamilyPacket, SocketRaw, AllProtocolsBigEndian);
        if (packet < 0)
            throw new DeviceException("SLP5204", $"a packet socket on {interfaceName} was refused (error {Marshal.GetLastPInvokeError()}); the relay needs CAP_NET_RAW in its namespace");
        // Without it every frame we put on the wire comes back to us and on to the machine that sent it.
        int on = 1;
        _ = SetOption(packet, SolPacket, PacketIgnoreOutgoing, &on, sizeof(int));
        var timeout = new TimeValue { Seconds = 1 };
        _ = SetOption(packet, SolSocket, ReceiveTimeOut, &timeout, sizeof(TimeValue));
        var address = new PacketAddress { Family = AddressFamilyPacket, Protocol = AllProtocolsBigEndian, InterfaceIndex = (int)IndexOf(interfaceName) };
        if (Bind(packet, &address, sizeof(PacketAddress)) != 0)
            throw new DeviceException("SLP5204", $"a packet socket could not be bound to {interfaceName} (error {Marshal.GetLastPInvokeError()})");
        return packet;
    }

    private const int SolSocket = 1;
    private const int ReceiveTimeOut = 20; // SO_RCVTIMEO

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct PacketAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int InterfaceIndex;
        public ushort HardwareType;
        public byte PacketType;
        public byte AddressLength;
        public fixed byte Address[8];
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int Bind(int descriptor, void* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetOption(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static unsafe partial nint Receive(int descriptor, void* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static unsafe partial nint Send(int descriptor, void* buffer, nint length, int flags);
}
