namespace Slipway.Sim.Amt;

/// <summary>Trouble on request. Everything off is a firmware on its best day.</summary>
public sealed record AmtFaults
{
    /// <summary>The nonce is forgotten after that many uses; 0 = never.</summary>
    public int NonceUses { get; init; }

    /// <summary>That many first connections to each port are accepted by the computer and closed at once, unanswered: a firmware that sleeps.</summary>
    public int SleepyConnections { get; init; }

    /// <summary>That many first requests are answered with a busy fault.</summary>
    public int BusyAnswers { get; init; }

    /// <summary>Answers are sent <c>Transfer-Encoding: chunked</c>.</summary>
    public bool Chunked { get; init; }

    /// <summary>Every redirection session is cut when the machine is reset or switched.</summary>
    public bool SessionsDropAtReset { get; init; }

    /// <summary>The boot order is accepted with 0 and not kept.</summary>
    public bool OverrideDropped { get; init; }

    /// <summary>Power requests are accepted with 0 and nothing happens.</summary>
    public bool PowerIgnored { get; init; }

    /// <summary>The power state is reported wrong: on when off, off when on.</summary>
    public bool PowerMisreported { get; init; }

    /// <summary>That long after a power-on or reset the firmware answers on no port any more; null = never.</summary>
    public TimeSpan? UnreachableAfterPower { get; init; }

    /// <summary>That long after a power-on the simulated PC loses power; null = never.</summary>
    public TimeSpan? PowerLossAfterPowerOn { get; init; }

    /// <summary>Largest piece of a message that is written at once, in bytes, each piece with its own flush; 0 = whole messages.</summary>
    public int WritePieceBytes { get; init; }

    /// <summary>SOL goes silent (no heartbeat, no data, connection open) after that many host bytes; 0 = never.</summary>
    public long SolSilentAfterBytes { get; init; }
}
