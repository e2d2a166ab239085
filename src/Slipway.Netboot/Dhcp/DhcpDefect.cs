namespace Slipway.Netboot.Dhcp;

/// <summary>Why a datagram is not a DHCP or BOOTP message.</summary>
public enum DhcpDefect
{
    None,

    /// <summary>Shorter than the fixed header and the magic cookie.</summary>
    TooShort,

    /// <summary><c>op</c> is neither BOOTREQUEST nor BOOTREPLY.</summary>
    UnknownOperation,

    /// <summary><c>hlen</c> is more than the 16 bytes of <c>chaddr</c>.</summary>
    HardwareAddressTooLong,

    /// <summary>An option says it is longer than what follows.</summary>
    OptionTruncated,

    /// <summary>No END (255) in the options field.</summary>
    OptionsNotTerminated,

    /// <summary>Option 53 is empty or not a message type we know.</summary>
    UnknownMessageType,
}
