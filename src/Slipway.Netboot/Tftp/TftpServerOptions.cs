using System.Net;

namespace Slipway.Netboot.Tftp;

/// <summary>How the TFTP server listens and how patient it is.</summary>
public sealed record TftpServerOptions
{
    /// <summary>Address to listen on. Default: all; answers always come from the address that was asked.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>UDP port of requests; 0 = any free one (tests). Default 69.</summary>
    public int Port { get; init; } = 69;

    /// <summary>The only network interface that is answered; null = not restricted (tests on the loopback).</summary>
    public string? Interface { get; init; }

    /// <summary>Largest block offered (RFC 2348), in bytes; 8 to 65464. Default 1468.</summary>
    /// <remarks>1468 = 1500 Ethernet − 20 IPv4 − 8 UDP − 4 TFTP: the largest that is never fragmented; many ROMs cannot reassemble.</remarks>
    public int MaxBlockSize { get; init; } = 1468;

    /// <summary>Most blocks in flight (RFC 7440); 1 to 65535. Default 64.</summary>
    /// <remarks>64 blocks of 1468 bytes are 94 kB: more than a gigabit link holds in flight, and less than a firmware's receive ring usually does.</remarks>
    public int MaxWindowSize { get; init; } = 64;

    /// <summary>Most transfers at once; further clients are told "server busy". Default 1024.</summary>
    /// <remarks>Twice the 500 machines of one node, since some firmware asks twice at the same time. Each costs a thread with a small stack.</remarks>
    public int MaxTransfers { get; init; } = 1024;

    /// <summary>Wait before the first resend when the client names no <c>timeout</c>; doubles with each resend. Default 0.5 s.</summary>
    /// <remarks>A round trip in a lab is below 1 ms, and clients themselves ask again after 0.2 to 5 s.</remarks>
    public TimeSpan FirstTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The wait stops growing here. Default 8 s.</summary>
    public TimeSpan LongestTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Times one packet or window is sent before the client is given up. Default 6: 0.5 + 1 + 2 + 4 + 8 + 8 s.</summary>
    public int MaxAttempts { get; init; } = 6;
}
