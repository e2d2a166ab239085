using System.Net;

namespace Slipway.Netboot.HttpBoot;

/// <summary>How boot files are served over HTTP.</summary>
public sealed record BootHttpServerOptions
{
    /// <summary>Address to listen on. Default: all.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>TCP port; 0 = any free one. Default 8069.</summary>
    public int Port { get; init; } = 8069;

    /// <summary>The only network interface that is answered; null = not restricted.</summary>
    public string? Interface { get; init; }

    /// <summary>Most connections at once; further ones are told 503. Default 2048.</summary>
    /// <remarks>Four for each of the 500 machines of one node: UEFI and iPXE use one or two.</remarks>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>A connection on which nothing moves for so long is closed. Default 30 s.</summary>
    /// <remarks>UEFI keeps its connection while it asks the user or unpacks; a machine that was switched off never says goodbye.</remarks>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
