using System.Net;

namespace Slipway.Sim.Amt;

/// <summary>One simulated AMT firmware as its user wants it.</summary>
public sealed record SimAmtOptions
{
    public required AmtProfile Profile { get; init; }

    public required string Password { get; init; }

    /// <summary>Where its ports are opened. Default 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Base port (plain web service); the others follow from it. 0 = any four that are free.</summary>
    public int BasePort { get; init; } = 16992;

    /// <summary>Opens the TLS ports, too (profiles that speak nothing else open only those).</summary>
    public bool Tls { get; init; }

    /// <summary>Port of plain VNC, opened while the firmware's settings say so. Default 5900.</summary>
    public int RfbPort { get; init; } = 5900;

    public AmtFaults Faults { get; init; } = new();

    /// <summary>Client control mode: consent is required for everything but SOL.</summary>
    public bool ClientControl { get; init; }

    public SimConsent Consent { get; init; } = SimConsent.None;

    public bool ListenerEnabled { get; init; } = true;

    public bool SolEnabled { get; init; } = true;

    public bool IderEnabled { get; init; } = true;

    public bool KvmEnabled { get; init; } = true;
}
