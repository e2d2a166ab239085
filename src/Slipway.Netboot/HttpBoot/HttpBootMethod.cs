namespace Slipway.Netboot.HttpBoot;

/// <summary>Request methods (RFC 9110 §9) as far as they concern boot files.</summary>
public enum HttpBootMethod
{
    Get,

    /// <summary>UEFI asks for the size this way before its GET.</summary>
    Head,

    /// <summary>Answered with 405.</summary>
    Other,
}
