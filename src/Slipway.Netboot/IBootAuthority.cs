using System.Net;
using Slipway.Netboot.Pxe;

namespace Slipway.Netboot;

/// <summary>The one question the network servers ask outward: what may this client boot? Called on the servers' own threads; answers at once, without waiting and without a lock held long.</summary>
public interface IBootAuthority
{
    /// <summary>What a client that asked by DHCP (or by proxyDHCP, or BOOTP) is given. Asked once for a DISCOVER and again for its REQUEST; the two answers agree unless the lab changed in between.</summary>
    BootAnswer Answer(BootClient client);

    /// <summary>What a file request is given. The caller disposes the content.</summary>
    FileAnswer Open(FileRequest request);
}

/// <summary>The answer to a DHCP client.</summary>
/// <param name="Reason">Why, in words; goes to the timeline.</param>
public abstract record BootAnswer(string Reason)
{
    /// <summary>Not answered at all.</summary>
    public sealed record Ignore(string Reason) : BootAnswer(Reason);

    /// <summary>Answered, with or without something to boot.</summary>
    /// <param name="FixedAddress">The client's own address; null = from the dynamic range.</param>
    /// <param name="HostName">Option 12; null = none.</param>
    /// <param name="File">Boot file name or URL for <c>file</c> and option 67; empty = an address only.</param>
    public sealed record Serve(string Reason, IPAddress? FixedAddress, string? HostName, string File) : BootAnswer(Reason)
    {
        /// <summary>Configuration file for PXELINUX (option 209) when it is not to search; null = not sent.</summary>
        public string? PxelinuxConfigFile { get; init; }
    }
}

/// <summary>A file asked for over TFTP or HTTP.</summary>
/// <param name="Name">Normalised by <see cref="BootPath"/>: no leading slash, no empty, <c>.</c> or <c>..</c> parts, forward slashes.</param>
/// <param name="RawName">As the client wrote it; for messages only.</param>
/// <param name="Client">Who asked.</param>
/// <param name="Local">Our address the request came to.</param>
/// <param name="IsHttp">HTTP rather than TFTP.</param>
public sealed record FileRequest(string Name, string RawName, IPAddress Client, IPAddress Local, bool IsHttp);

/// <summary>The answer to a file request.</summary>
public abstract record FileAnswer
{
    /// <param name="Reason">In words, for the timeline and the client's error packet.</param>
    /// <param name="Expected">True when good boots ask for this and go on.</param>
    /// <param name="Label">Handed through to the facts unread.</param>
    public sealed record Refuse(string Reason, bool Expected, string Label = "") : FileAnswer;

    /// <param name="Content">What to send; disposed by the server that sends it.</param>
    /// <param name="Label">Handed through to the facts unread.</param>
    /// <param name="ContentType">HTTP media type.</param>
    public sealed record Send(BootContent Content, string Label = "", string ContentType = "application/octet-stream") : FileAnswer;
}
