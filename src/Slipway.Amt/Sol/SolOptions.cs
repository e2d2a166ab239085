namespace Slipway.Amt.Sol;

/// <summary>How a serial-over-LAN session behaves. Times are whole milliseconds up to 65,535 on the wire.</summary>
public sealed record SolOptions
{
    /// <summary>Largest block of host output the firmware may send, in bytes. Default 1000: what every console of the field asks for; 15,000 was seen, too.</summary>
    public int MaxTransmitBuffer { get; init; } = 1000;

    /// <summary>How long the firmware collects host output before it sends a block that is not full. Default 100 ms; 0 = only full blocks, useless for people.</summary>
    public TimeSpan TransmitBuffering { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the firmware waits with a full buffer before it drops host output. Default 0 = never: the host's UART waits, and no line of a kernel log is lost.</summary>
    public TimeSpan TransmitOverflow { get; init; } = TimeSpan.Zero;

    /// <summary>The firmware closes a session from which it heard nothing for so long; 10 s (the vendor's minimum, and default) to 65.535 s.</summary>
    public TimeSpan ReceiveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long input may wait for a host that does not read its UART before it is thrown away. Default 0 = for ever.</summary>
    public TimeSpan FifoReceiveFlush { get; init; } = TimeSpan.Zero;

    /// <summary>Period of the firmware's heartbeats, from which a dead peer is told. Default 5 s; not below 1 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);
}
