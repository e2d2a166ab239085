namespace Slipway.Netboot.Tftp;

/// <summary>Transfer modes (RFC 1350 §5); on the wire in any mixture of cases.</summary>
public enum TftpMode
{
    /// <summary>Bytes as they are.</summary>
    Octet,

    /// <summary>Text with CR LF line ends and CR NUL for a bare CR (RFC 764). The default of tftp-hpa's client.</summary>
    NetAscii,
}
