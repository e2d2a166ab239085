using System.Net;

namespace Slipway.Netboot.Ipv6;

/// <summary>What a <see cref="RouterAdvertiser"/> says, and where.</summary>
public sealed record RouterAdvertiserOptions
{
    /// <summary>The only interface it listens and sends on.</summary>
    public required string Interface { get; init; }

    /// <summary>Prefix from which clients make themselves an address; 64 bits long. Default <c>fd77::</c>, a local one that leads nowhere.</summary>
    public IPAddress Prefix { get; init; } = IPAddress.Parse("fd77::");

    /// <summary>Time between unsolicited advertisements; 4 to 1800 seconds (RFC 4861 §6.2.1). Default one minute.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}
