namespace Slipway.Netboot.Tftp;

/// <summary>Error codes of an ERROR packet (RFC 1350 appendix, RFC 2347).</summary>
public enum TftpErrorCode : ushort
{
    /// <summary>See the text.</summary>
    Undefined = 0,

    /// <summary>No such file. Clients that probe for names go on at once when they see this one.</summary>
    FileNotFound = 1,

    AccessViolation = 2,

    DiskFull = 3,

    IllegalOperation = 4,

    /// <summary>Sent to a port that takes no part in the transfer; the transfer itself goes on.</summary>
    UnknownTransferId = 5,

    FileExists = 6,

    NoSuchUser = 7,

    /// <summary>Option negotiation refused. EDK II sends it when it only wanted to know the size.</summary>
    OptionNegotiationRefused = 8,
}
