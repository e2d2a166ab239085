using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Sim.Pxe;

/// <summary>A DHCP reply as a software machine understands it.</summary>
/// <param name="MessageType">Option 53; 0 = none (BOOTP).</param>
/// <param name="Options">The first value of each option, raw.</param>
public sealed record SimDhcpReply(
    byte MessageType, uint TransactionId, IPAddress YourAddress, IPAddress NextServer, string File, IReadOnlyDictionary<byte, byte[]> Options, IPEndPoint From)
{
    /// <summary>Option 67 where there is one, else the <c>file</c> field.</summary>
    public string BootFile => Options.TryGetValue(67, out byte[]? name) ? Encoding.ASCII.GetString(name).TrimEnd('\0') : File;
}

/// <summary>Asks for an address and a boot file the way a given firmware does. Writes its own bytes; shares no code with our server.</summary>
/// <remarks>On the loopback nothing can be broadcast, so requests go to <paramref name="server"/> and replies come to <paramref name="local"/>.</remarks>
/// <param name="mac">Six bytes.</param>
/// <param name="uuid">Option 97 in wire order; null = all zero, as QEMU sends without <c>-uuid</c>.</param>
public sealed class SimDhcpClient(SimFirmware firmware, byte[] mac, byte[]? uuid, IPEndPoint local, IPEndPoint server) : IDisposable
{
    private const byte Discover = 1, Request = 3;
    private const int FixedBytes = 236;

    private readonly Socket _socket = Bound(local);
    private uint _transactionId = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(2)) ^ 0x5a5a_0000;

    /// <summary>DISCOVER; the OFFER or null after the time-out.</summary>
    public SimDhcpReply? Offer(TimeSpan timeout)
    {
        _transactionId++;
        return Ask(Write(Discover, null, null), timeout);
    }

    /// <summary>REQUEST of what was offered; the ACK or NAK, or null after the time-out.</summary>
    public SimDhcpReply? Accept(SimDhcpReply offer, TimeSpan timeout) =>
        Ask(Write(Request, offer.YourAddress, offer.Options.GetValueOrDefault((byte)54)), timeout);

    /// <summary>DISCOVER and REQUEST in one go; null when either got no answer.</summary>
    public SimDhcpReply? Boot(TimeSpan timeout) => Offer(timeout) is { } offer ? Accept(offer, timeout) : null;

    /// <summary>The packet itself, for tests that send it their own way.</summary>
    public byte[] Write(byte messageType, IPAddress? requested, byte[]? serverIdentifier)
    {
        var p = new List<byte>(600);
        p.AddRange([1, 1, 6, 0]);
        p.AddRange(Big32(_transactionId));
        bool wantsBroadcast = firmware is SimFirmware.OvmfPxe or SimFirmware.OvmfHttp or SimFirmware.BiosPxe;
        p.AddRange([0, firmware == SimFirmware.UBoot ? (byte)0 : (byte)4, wantsBroadcast ? (byte)0x80 : (byte)0, 0]);
        p.AddRange(new byte[16]);
        p.AddRange(mac);
        p.AddRange(new byte[FixedBytes - 28 - 6]);
        p.AddRange([99, 130, 83, 99]);

        Option(p, 53, [messageType]);
        if (requested is not null) Option(p, 50, requested.GetAddressBytes());
        if (serverIdentifier is not null) Option(p, 54, serverIdentifier);
        (byte architecture, string vendorClass, byte[] undi, ushort size, byte[] asked) = firmware switch
        {
            SimFirmware.BiosPxe => ((byte)0, "PXEClient:Arch:00000:UNDI:002001", new byte[] { 1, 2, 1 }, (ushort)1260,
                new byte[] { 1, 2, 3, 5, 6, 11, 12, 13, 15, 16, 17, 18, 43, 54, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135 }),
            SimFirmware.Ipxe => ((byte)0, "PXEClient:Arch:00000:UNDI:002001", new byte[] { 1, 2, 1 }, (ushort)1472,
                new byte[] { 1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203 }),
            SimFirmware.OvmfPxe => ((byte)7, "PXEClient:Arch:00007:UNDI:003000", new byte[] { 1, 3, 0 }, OvmfSize(messageType),
                new byte[] { 1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135 }),
            SimFirmware.OvmfHttp => ((byte)16, "HTTPClient:Arch:00016:UNDI:003000", new byte[] { 1, 3, 0 }, OvmfSize(messageType),
                new byte[] { 1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 67, 97, 235 }),
            _ => ((byte)22, "U-Boot.armv8", new byte[] { 1, 0, 0 }, (ushort)576, new byte[] { 1, 3, 6, 12, 17 }),
        };
        Option(p, 57, [(byte)(size >> 8), (byte)size]);
        Option(p, 93, [0, architecture]);
        Option(p, 94, undi);
        Option(p, 60, Encoding.ASCII.GetBytes(vendorClass));
        if (firmware == SimFirmware.Ipxe)
        {
            Option(p, 77, "iPXE"u8.ToArray()); // bare, without the length byte of RFC 3004
            // NIC bus id, version 1.0.0, and the features of QEMU's BIOS ROM
            Option(p, 175, [
                177, 5, 1, 0x1a, 0xf4, 0x10, 0x00, 235, 3, 1, 0, 0, 16, 1, 2,
                .. new byte[] { 17, 18, 19, 21, 23, 24, 25, 33, 34, 39 }.SelectMany(feature => new byte[] { feature, 1, 1 }), 255]);
        }
        Option(p, 55, asked);
        if (firmware == SimFirmware.Ipxe) Option(p, 61, [1, .. mac]);
        if (firmware != SimFirmware.UBoot) Option(p, 97, [0, .. uuid ?? new byte[16]]);
        p.Add(255);
        while (p.Count < 300) p.Add(0); // BOOTP's smallest packet (RFC 951)
        return [.. p];
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Bound(IPEndPoint local)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.Bind(local);
        return socket;
    }

    private static ushort OvmfSize(byte messageType) => messageType == Request ? (ushort)65280 : (ushort)1472;

    private static void Option(List<byte> packet, byte code, byte[] value)
    {
        packet.AddRange([code, (byte)value.Length]);
        packet.AddRange(value);
    }

    private static byte[] Big32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private SimDhcpReply? Ask(byte[] packet, TimeSpan timeout)
    {
        _socket.SendTo(packet, server);
        _socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
        byte[] buffer = new byte[65536];
        while (true)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, ref from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                return null;
            }
            // Others' replies come to a shared port as well.
            if (Read(buffer.AsSpan(0, length), (IPEndPoint)from) is { } reply && reply.TransactionId == _transactionId) return reply;
        }
    }

    private static SimDhcpReply? Read(ReadOnlySpan<byte> packet, IPEndPoint from)
    {
        if (packet.Length < FixedBytes || packet[0] != 2) return null;
        var options = new Dictionary<byte, byte[]>();
        for (int at = FixedBytes + 4; at < packet.Length && packet[at] != 255;)
        {
            if (packet[at] == 0)
            {
                at++;
                continue;
            }
            if (at + 1 >= packet.Length || at + 2 + packet[at + 1] > packet.Length) return null;
            options.TryAdd(packet[at], packet.Slice(at + 2, packet[at + 1]).ToArray());
            at += 2 + packet[at + 1];
        }
        return new SimDhcpReply(
            options.TryGetValue(53, out byte[]? type) && type.Length == 1 ? type[0] : (byte)0,
            BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
            new IPAddress(packet.Slice(16, 4)), new IPAddress(packet.Slice(20, 4)),
            Encoding.ASCII.GetString(packet.Slice(108, 128)).TrimEnd('\0'), options, from);
    }
}
