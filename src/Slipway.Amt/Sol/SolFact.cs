namespace Slipway.Amt.Sol;

/// <summary>Something a serial-over-LAN connection saw besides the host's bytes.</summary>
public abstract record SolFact
{
    /// <summary>The firmware says that the machine is on, or off.</summary>
    public sealed record PowerSeen(bool IsOn) : SolFact;

    /// <summary>Host output was lost: the firmware's buffer overflowed.</summary>
    public sealed record OutputLost : SolFact;

    /// <summary>Console input was thrown away: the host did not read its UART.</summary>
    public sealed record InputLost : SolFact;

    /// <summary>The session broke and is open again; what the host said in between is missing.</summary>
    /// <param name="Length">From the break to the confirmed reopening.</param>
    /// <param name="Reason">Why it broke.</param>
    public sealed record Gap(TimeSpan Length, string Reason) : SolFact;
}
