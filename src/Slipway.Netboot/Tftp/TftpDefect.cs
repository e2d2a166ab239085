namespace Slipway.Netboot.Tftp;

/// <summary>Why a datagram is no TFTP packet.</summary>
public enum TftpDefect
{
    None,

    /// <summary>Shorter than its opcode says it must be.</summary>
    Truncated,

    /// <summary>An opcode that RFC 1350 and RFC 2347 do not know.</summary>
    UnknownOpcode,

    /// <summary>A file name, mode, option or message without its zero byte.</summary>
    NotTerminated,

    /// <summary>A mode other than <c>octet</c> and <c>netascii</c> (<c>mail</c> is obsolete since RFC 1350).</summary>
    UnknownMode,

    /// <summary>An option name without a value.</summary>
    OptionWithoutValue,

    /// <summary>A well-formed packet that does not belong here, such as an ACK to the request port.</summary>
    Unexpected,
}
