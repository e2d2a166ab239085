namespace Slipway.Netboot.Tftp;

/// <summary>An option of a request as the client wrote it.</summary>
/// <param name="Name">Any mixture of cases.</param>
public readonly record struct TftpOption(string Name, string Value)
{
    /// <summary>Bytes per DATA packet, 8 to 65464 (RFC 2348).</summary>
    public const string BlockSize = "blksize";

    /// <summary>Seconds before a resend, 1 to 255 (RFC 2349).</summary>
    public const string Timeout = "timeout";

    /// <summary>0 in a read request; the size of the file in the answer (RFC 2349).</summary>
    public const string TransferSize = "tsize";

    /// <summary>Blocks sent before an ACK is awaited, 1 to 65535 (RFC 7440).</summary>
    public const string WindowSize = "windowsize";

    /// <summary>RFC 2347 §2: names are compared without regard to case.</summary>
    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}
