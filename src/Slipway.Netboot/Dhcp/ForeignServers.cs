using System.Net;

namespace Slipway.Netboot.Dhcp;

/// <summary>Remembers which other DHCP servers were reported, so that one that answers every client is not reported every time. Not thread-safe.</summary>
internal sealed class ForeignServers(IPAddress ours)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    /// <summary>More servers than this on one network are an attack, not a mistake; the rest are not remembered and not reported.</summary>
    private const int MostServers = 64;

    private readonly Dictionary<IPAddress, DateTimeOffset> _reported = [];

    /// <summary>True when this server should be reported now.</summary>
    public bool IsNews(IPAddress server, DateTimeOffset now)
    {
        if (server.Equals(ours) || server.Equals(IPAddress.Any)) return false;
        if (_reported.TryGetValue(server, out DateTimeOffset last) ? now - last < Again : _reported.Count >= MostServers) return false;
        _reported[server] = now;
        return true;
    }

    /// <summary>The server that sent an OFFER or ACK; null when the packet is none or is ours.</summary>
    public IPAddress? SenderOf(DhcpPacket packet, IPAddress from)
    {
        if (packet.Operation != BootpOperation.Reply) return null;
        IPAddress server = packet.Options.Address(DhcpOptionCode.ServerIdentifier) ?? from;
        return server.Equals(ours) ? null : server;
    }
}
