namespace Slipway.Amt.Redirection;

/// <summary>What a redirection connection carries; one of each may be open at a time.</summary>
public enum RedirectionKind
{
    /// <summary>Serial over LAN.</summary>
    Sol,

    /// <summary>IDE redirection.</summary>
    Ider,

    /// <summary>Screen, keyboard and mouse.</summary>
    Kvm,
}
