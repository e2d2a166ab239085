using System.Net;

namespace Slipway.Netboot.Dhcp;

/// <summary>What a <see cref="DhcpServer"/> serves, and where.</summary>
public sealed record DhcpServerOptions
{
    /// <summary>The only interface it listens and answers on.</summary>
    public required string Interface { get; init; }

    /// <summary>Our address there: option 54, <c>siaddr</c> and the source of every answer.</summary>
    public required IPAddress ServerAddress { get; init; }

    /// <summary>Length of the network prefix; 1 to 30. Default 24.</summary>
    public int PrefixLength { get; init; } = 24;

    public DhcpMode Mode { get; init; } = DhcpMode.Full;

    /// <summary>First address given dynamically; null = only fixed addresses.</summary>
    public IPAddress? RangeFirst { get; init; }

    /// <summary>Last address given dynamically, inclusive.</summary>
    public IPAddress? RangeLast { get; init; }

    /// <summary>Addresses in the range that are never given dynamically: those of known machines, PDUs, AMT.</summary>
    public IReadOnlyCollection<IPAddress> ReservedAddresses { get; init; } = [];

    /// <summary>Option 3; null = none.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>Option 6; empty = none.</summary>
    public IReadOnlyList<IPAddress> Dns { get; init; } = [];

    /// <summary>Option 15; null = none.</summary>
    public string? Domain { get; init; }

    /// <summary>Lease time; at least a minute. Default one hour.</summary>
    /// <remarks>An hour: longer than any boot, short enough that a borrowed machine's address comes back the same day.</remarks>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where leases survive a restart; null = nowhere.</summary>
    public string? LeaseFile { get; init; }

    public int ServerPort { get; init; } = 67;

    public int ClientPort { get; init; } = 68;

    /// <summary>Port of PXE boot server requests (PXE 2.1 §2.2.3).</summary>
    public int ProxyPort { get; init; } = 4011;

    /// <summary>Everything wrong with the options, in words; empty when they can be used.</summary>
    internal IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (Interface.Length is 0 or > 15) faults.Add($"the interface name '{Interface}' is not 1 to 15 characters long");
        if (PrefixLength is < 1 or > 30) faults.Add($"prefix length {PrefixLength} is not 1 to 30");
        if (LeaseTime < TimeSpan.FromMinutes(1)) faults.Add($"lease time {LeaseTime} is under a minute");
        if (RangeFirst is null != RangeLast is null) faults.Add("a range needs both its first and its last address");
        else if (RangeFirst is not null && RangeLast is not null)
        {
            var subnet = new Subnet(ServerAddress, PrefixLength);
            if (Ipv4.Number(RangeFirst) > Ipv4.Number(RangeLast)) faults.Add($"the range {RangeFirst}-{RangeLast} runs backwards");
            foreach (IPAddress end in (IPAddress[])[RangeFirst, RangeLast])
                if (!subnet.Contains(end)) faults.Add($"{end} is not in {subnet}");
        }
        return faults;
    }
}
