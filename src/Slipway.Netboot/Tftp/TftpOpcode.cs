namespace Slipway.Netboot.Tftp;

/// <summary>First two bytes of every packet (RFC 1350 §5, RFC 2347).</summary>
public enum TftpOpcode : ushort
{
    /// <summary>RRQ: the client wants a file.</summary>
    ReadRequest = 1,

    /// <summary>WRQ: the client wants to store a file. Always refused.</summary>
    WriteRequest = 2,

    /// <summary>DATA.</summary>
    Data = 3,

    /// <summary>ACK.</summary>
    Acknowledgement = 4,

    /// <summary>ERROR: ends a transfer and is never acknowledged.</summary>
    Error = 5,

    /// <summary>OACK: the options the server accepts (RFC 2347).</summary>
    OptionAcknowledgement = 6,
}
