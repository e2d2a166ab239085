using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Dhcp;

/// <summary>Makes replies: which options (RFC 2131 tables 3 and 5, PXE 2.1 §2.2.3) and where they go (RFC 2131 §4.1). Pure.</summary>
internal sealed class DhcpReplyComposer(DhcpServerOptions options)
{
    /// <summary>A reply without option 57 fits a 576-byte datagram (RFC 2132 §9.10), and none needs more than an Ethernet frame.</summary>
    private const int SmallestDatagram = 576;
    private const int LargestDatagram = 1500;
    private const int IpAndUdpHeaders = 28;
    private const byte EthernetHardware = 1;
    private const int MacLength = 6;
    private const double RenewalPart = 0.5;
    private const double RebindingPart = 0.875;

    private static ReadOnlySpan<byte> PxelinuxMagicValue => [0xF1, 0x00, 0x74, 0x7E];

    private readonly Subnet _subnet = new(options.ServerAddress, options.PrefixLength);

    /// <summary>OFFER, ACK or BOOTP reply with an address; ACK to INFORM when <paramref name="lease"/> and <paramref name="address"/> are empty.</summary>
    public DhcpReply Address(DhcpExchange exchange, DhcpMessageType type, IPAddress address, TimeSpan? lease, BootAnswer.Serve serve)
    {
        DhcpPacket request = exchange.Request;
        DhcpOptions reply = Heading(type);
        if (lease is { } length) reply.Add(DhcpOptionCode.AddressLeaseTime, (uint)length.TotalSeconds);
        AddNetwork(reply, request, address.Equals(IPAddress.Any) ? request.ClientAddress : address);
        if (serve.File.Length > 0) AddBoot(reply, exchange, serve);
        AddEchoes(reply, request);
        if (exchange.Client.Kind is ClientKind.Ipxe or ClientKind.Gpxe && type != DhcpMessageType.None)
            reply.Add(DhcpOptionCode.EtherbootEncapsulated, [(byte)IpxeOption.NoPxeDhcp, 1, 1]);
        if (lease is { } whole)
        {
            reply.Add(DhcpOptionCode.RenewalTime, (uint)(whole.TotalSeconds * RenewalPart));
            reply.Add(DhcpOptionCode.RebindingTime, (uint)(whole.TotalSeconds * RebindingPart));
        }
        AddNames(reply, request, serve);

        IPAddress client = type == DhcpMessageType.Offer ? IPAddress.Any : request.ClientAddress;
        DhcpPacket packet = Packet(request, reply, client, address, options.ServerAddress, FileField(serve.File));
        return Deliver(exchange, packet, packet.YourAddress);
    }

    /// <summary>A proxy's OFFER on port 67, or its ACK on port 4011: no address, only what to boot.</summary>
    public DhcpReply Proxy(DhcpExchange exchange, DhcpMessageType type, BootAnswer.Serve serve)
    {
        DhcpPacket request = exchange.Request;
        // Many UEFI PXE clients drop a proxy OFFER that tries to skip discovery; without a file they come to 4011 and take it there.
        bool asksAgain = type == DhcpMessageType.Offer && exchange.Client is { Kind: ClientKind.Pxe, Architecture: not ClientArchitecture.X86Bios };
        DhcpOptions reply = Heading(type);
        if (asksAgain) AddVendorClass(reply, request);
        else AddBoot(reply, exchange, serve);
        AddEchoes(reply, request);
        DhcpPacket packet = Packet(request, reply, type == DhcpMessageType.Offer ? IPAddress.Any : request.ClientAddress,
            IPAddress.Any, options.ServerAddress, asksAgain ? "" : FileField(serve.File));
        if (exchange.Arrival.Port == DhcpPort.Server) return Deliver(exchange, packet, IPAddress.Any);

        // iPXE asks 4011 from 68, OVMF from 4011; each expects the answer where it asked.
        bool hasAddress = !exchange.Arrival.From.Address.Equals(IPAddress.Any);
        IPEndPoint to = hasAddress ? exchange.Arrival.From : new IPEndPoint(IPAddress.Broadcast, options.ClientPort);
        return new DhcpReply(packet.Write(Longest(request)), to, DhcpPort.Proxy, null);
    }

    /// <summary>NAK: broadcast, since the client's address is just what is wrong (RFC 2131 §4.1), or through the relay.</summary>
    public DhcpReply Nak(DhcpExchange exchange, string why)
    {
        DhcpPacket request = exchange.Request;
        DhcpOptions reply = Heading(DhcpMessageType.Nak);
        reply.Add(DhcpOptionCode.Message, why);
        Echo(reply, request, DhcpOptionCode.ClientIdentifier);
        Echo(reply, request, DhcpOptionCode.RelayAgentInformation);
        bool relayed = !request.Relay.Equals(IPAddress.Any);
        DhcpPacket packet = Packet(request, reply, IPAddress.Any, IPAddress.Any, IPAddress.Any, "", relayed);
        IPEndPoint to = relayed ? new IPEndPoint(request.Relay, options.ServerPort) : new IPEndPoint(IPAddress.Broadcast, options.ClientPort);
        return new DhcpReply(packet.Write(Longest(request)), to, DhcpPort.Server, null);
    }

    private DhcpOptions Heading(DhcpMessageType type)
    {
        var reply = new DhcpOptions();
        if (type == DhcpMessageType.None) return reply;
        reply.Add(DhcpOptionCode.MessageType, (byte)type);
        reply.Add(DhcpOptionCode.ServerIdentifier, options.ServerAddress);
        return reply;
    }

    private void AddNetwork(DhcpOptions reply, DhcpPacket request, IPAddress address)
    {
        bool local = _subnet.Contains(address);
        // Behind a relay the network is the relay's own: it is the router there.
        Subnet subnet = local ? _subnet : new Subnet(address, options.PrefixLength);
        IPAddress? router = local ? options.Router : subnet.Contains(request.Relay) ? request.Relay : null;
        reply.Add(DhcpOptionCode.SubnetMask, subnet.Mask);
        if (router is not null && Wants(request, DhcpOptionCode.Router)) reply.Add(DhcpOptionCode.Router, router);
        if (options.Dns.Count > 0 && Wants(request, DhcpOptionCode.DomainNameServer))
            reply.Add(DhcpOptionCode.DomainNameServer, options.Dns.SelectMany(server => server.GetAddressBytes()).ToArray());
        if (Wants(request, DhcpOptionCode.BroadcastAddress)) reply.Add(DhcpOptionCode.BroadcastAddress, subnet.Broadcast);
    }

    private void AddNames(DhcpOptions reply, DhcpPacket request, BootAnswer.Serve serve)
    {
        if (serve.HostName is { Length: > 0 } name && Wants(request, DhcpOptionCode.HostName)) reply.Add(DhcpOptionCode.HostName, name);
        if (options.Domain is { Length: > 0 } domain && Wants(request, DhcpOptionCode.DomainName)) reply.Add(DhcpOptionCode.DomainName, domain);
    }

    // Sent whether asked for or not: PXELINUX does not ask for 209, and ROMs forget 66 and 67.
    private void AddBoot(DhcpOptions reply, DhcpExchange exchange, BootAnswer.Serve serve)
    {
        BootClient client = exchange.Client;
        reply.Add(DhcpOptionCode.BootFileName, serve.File);
        if (client.Kind == ClientKind.Bootp) return;

        AddVendorClass(reply, exchange.Request);
        bool isBiosPxe = client is { Kind: ClientKind.Pxe, Architecture: ClientArchitecture.X86Bios or null };
        ReadOnlySpan<byte> item = BootItem(exchange.Request);
        byte[] discovery = isBiosPxe ? [(byte)PxeVendorOption.DiscoveryControl, 1, (byte)PxeDiscoveryControl.SkipDiscovery] : [];
        if (isBiosPxe || item.Length > 0)
            reply.Add(DhcpOptionCode.VendorSpecificInformation, [.. discovery, .. item, (byte)PxeVendorOption.End]);
        reply.Add(DhcpOptionCode.TftpServerName, options.ServerAddress.ToString());
        if (serve.PxelinuxConfigFile is not { } configuration) return;
        reply.Add(DhcpOptionCode.PxelinuxMagic, PxelinuxMagicValue);
        reply.Add(DhcpOptionCode.PxelinuxConfigFile, configuration);
    }

    // A boot server request names the item it wants; the answer says which item it is (PXE 2.1 §2.2.3.3).
    private static ReadOnlySpan<byte> BootItem(DhcpPacket request)
    {
        var reader = new DhcpOptionReader(request.Options[DhcpOptionCode.VendorSpecificInformation]);
        while (reader.TryNext(out DhcpOptionCode code, out ReadOnlySpan<byte> value))
            if ((byte)code == (byte)PxeVendorOption.BootItem) return (byte[])[(byte)code, (byte)value.Length, .. value];
        return default;
    }

    private static void AddVendorClass(DhcpOptions reply, DhcpPacket request)
    {
        string asked = request.Options.Text(DhcpOptionCode.VendorClassIdentifier);
        if (asked.StartsWith(BootClientReader.PxeClass, StringComparison.Ordinal)) reply.Add(DhcpOptionCode.VendorClassIdentifier, BootClientReader.PxeClass);
        if (asked.StartsWith(BootClientReader.HttpClass, StringComparison.Ordinal)) reply.Add(DhcpOptionCode.VendorClassIdentifier, BootClientReader.HttpClass);
    }

    private static void AddEchoes(DhcpOptions reply, DhcpPacket request)
    {
        Echo(reply, request, DhcpOptionCode.ClientMachineIdentifier);
        Echo(reply, request, DhcpOptionCode.ClientIdentifier);
        Echo(reply, request, DhcpOptionCode.RelayAgentInformation);
    }

    private static void Echo(DhcpOptions reply, DhcpPacket request, DhcpOptionCode code)
    {
        if (request.Options.Contains(code)) reply.Add(code, request.Options[code]);
    }

    // A client without a request list is sent what there is (RFC 2131 §4.3.1).
    private static bool Wants(DhcpPacket request, DhcpOptionCode code) =>
        !request.Options.Contains(DhcpOptionCode.ParameterRequestList) || request.Options[DhcpOptionCode.ParameterRequestList].Contains((byte)code);

    private static string FileField(string file) => file.Length <= DhcpPacket.LongestFile ? file : "";

    private static DhcpPacket Packet(
        DhcpPacket request, DhcpOptions reply, IPAddress client, IPAddress your, IPAddress nextServer, string file, bool forceBroadcast = false) => new()
        {
            Operation = BootpOperation.Reply,
            HardwareType = request.HardwareType,
            TransactionId = request.TransactionId,
            WantsBroadcast = request.WantsBroadcast || forceBroadcast,
            ClientAddress = client,
            YourAddress = your,
            NextServer = nextServer,
            Relay = request.Relay,
            HardwareAddress = request.HardwareAddress,
            File = file,
            Options = reply,
        };

    // RFC 2131 §4.1, in its order: the relay, the address the client has, broadcast if it must, else the address it is about to have.
    private DhcpReply Deliver(DhcpExchange exchange, DhcpPacket packet, IPAddress your)
    {
        DhcpPacket request = exchange.Request;
        byte[] message = packet.Write(Longest(request));
        if (!request.Relay.Equals(IPAddress.Any)) return new DhcpReply(message, new IPEndPoint(request.Relay, options.ServerPort), DhcpPort.Server, null);
        if (!request.ClientAddress.Equals(IPAddress.Any)) return new DhcpReply(message, new IPEndPoint(request.ClientAddress, options.ClientPort), DhcpPort.Server, null);
        bool canUnicast = !request.WantsBroadcast && !your.Equals(IPAddress.Any)
            && request.HardwareType == EthernetHardware && request.HardwareAddress.Count == MacLength;
        return canUnicast
            ? new DhcpReply(message, new IPEndPoint(your, options.ClientPort), DhcpPort.Server, exchange.Client.Mac)
            : new DhcpReply(message, new IPEndPoint(IPAddress.Broadcast, options.ClientPort), DhcpPort.Server, null);
    }

    // Option 57 counts the whole datagram. OVMF says 65280 in its REQUEST; an unfragmented frame is enough. A BOOTP client that
    // does not say takes the 300 bytes of RFC 951.
    private static int Longest(DhcpPacket request)
    {
        ReadOnlySpan<byte> size = request.Options[DhcpOptionCode.MaximumMessageSize];
        if (size.Length != sizeof(ushort))
            return request.MessageType == DhcpMessageType.None ? DhcpPacket.ShortestMessage : SmallestDatagram - IpAndUdpHeaders;
        return Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(size), SmallestDatagram, LargestDatagram) - IpAndUdpHeaders;
    }
}
