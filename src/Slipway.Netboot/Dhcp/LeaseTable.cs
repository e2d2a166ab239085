using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.Netboot.Dhcp;

/// <summary>Which address belongs to whom. Not thread-safe: the server's lock owns it.</summary>
/// <remarks>
/// An address is reserved from the moment it is OFFERed, so clients that ask together never get the same one. Every client keeps its
/// address over release and expiry until the range is used up; then the one unused longest goes first.
/// </remarks>
internal sealed class LeaseTable(DhcpServerOptions options)
{
    /// <summary>How long an offer holds its address. PXE clients collect offers for seconds and repeat at 4, 8, 16 and 32 s.</summary>
    public static readonly TimeSpan OfferHold = TimeSpan.FromSeconds(60);

    /// <summary>How long a declined address is left alone: the machine that squats on it is found and cured in such a time.</summary>
    public static readonly TimeSpan DeclineHold = TimeSpan.FromMinutes(10);

    private readonly Dictionary<IPAddress, DhcpLease> _byAddress = [];
    private readonly Dictionary<string, IPAddress> _byHolder = [];
    private readonly HashSet<IPAddress> _reserved = [.. options.ReservedAddresses, options.ServerAddress];
    private readonly Subnet _subnet = new(options.ServerAddress, options.PrefixLength);

    /// <summary>Everything known, by address.</summary>
    public IReadOnlyList<DhcpLease> All => [.. _byAddress.Values.OrderBy(lease => Ipv4.Number(lease.Address))];

    public int Count => _byAddress.Count;

    public DhcpLease? Of(string holder) => _byHolder.TryGetValue(holder, out IPAddress? address) ? _byAddress[address] : null;

    public DhcpLease? At(IPAddress address) => _byAddress.GetValueOrDefault(address);

    /// <summary>Puts an entry in the place of the holder's and the address's old ones; a fixed address so wins over a dynamic holder.</summary>
    public void Put(DhcpLease lease)
    {
        if (_byHolder.TryGetValue(lease.Holder, out IPAddress? old) && !old.Equals(lease.Address)) _byAddress.Remove(old);
        if (_byAddress.TryGetValue(lease.Address, out DhcpLease? previous)) _byHolder.Remove(previous.Holder);
        _byAddress[lease.Address] = lease;
        _byHolder[lease.Holder] = lease.Address;
    }

    /// <summary>Takes an address out of use for a while; nobody holds it.</summary>
    public DhcpLease Quarantine(IPAddress address, DateTimeOffset now)
    {
        var lease = new DhcpLease(address, $"declined:{address}", PhysicalAddress.None, DhcpLeaseState.Declined, now + DeclineHold, "");
        Put(lease);
        return lease;
    }

    /// <summary>True when <paramref name="holder"/> may have this dynamic address now.</summary>
    public bool IsFree(IPAddress address, string holder, DateTimeOffset now) =>
        IsDynamic(address) && (At(address) is not { } lease || (lease.Holder == holder && lease.State != DhcpLeaseState.Declined) || !lease.IsHeld(now));

    /// <summary>The dynamic address for a client: its old one, else the one it wishes, else from a start that depends only on the holder. Null when the range is used up.</summary>
    public IPAddress? Choose(string holder, IPAddress? wish, DateTimeOffset now)
    {
        if (Of(holder) is { } own && IsFree(own.Address, holder, now)) return own.Address;
        if (wish is not null && IsFree(wish, holder, now)) return wish;
        if (options.RangeFirst is null || options.RangeLast is null) return null;

        uint first = Ipv4.Number(options.RangeFirst);
        uint size = Ipv4.Number(options.RangeLast) - first + 1;
        uint start = Fnv1a.Hash(holder) % size;
        DhcpLease? oldest = null;
        for (uint i = 0; i < size; i++)
        {
            IPAddress candidate = Ipv4.Address(first + (start + i) % size);
            if (!IsFree(candidate, holder, now)) continue;
            if (At(candidate) is not { } lease) return candidate;
            if (oldest is null || lease.Expires < oldest.Expires) oldest = lease;
        }
        return oldest?.Address;
    }

    private bool IsDynamic(IPAddress address)
    {
        if (options.RangeFirst is null || options.RangeLast is null || _reserved.Contains(address)) return false;
        uint number = Ipv4.Number(address);
        return number >= Ipv4.Number(options.RangeFirst) && number <= Ipv4.Number(options.RangeLast)
            && !address.Equals(_subnet.Broadcast) && number != (Ipv4.Number(_subnet.Broadcast) & Ipv4.Number(_subnet.Mask));
    }
}
