namespace Slipway.Sim.Pxe;

/// <summary>A bad cable between a software machine and its server, the same for the same seed.</summary>
public sealed record SimLink
{
    /// <summary>A cable without faults.</summary>
    public static SimLink Perfect { get; } = new();

    /// <summary>Part of the packets that vanish, in both directions; 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Part of the packets that come twice; 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Part of the packets that change places with the next one; 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>Where the dice start.</summary>
    public int Seed { get; init; }
}
