namespace Slipway.Sim.Amt;

/// <summary>What a simulated PC boots from next, as the firmware's boot order says.</summary>
public enum HostBootSource
{
    /// <summary>As its BIOS is set.</summary>
    Default,
    Network,
    Disk,
    Cd,
    BiosSetup,
}

/// <summary>A medium the console offers over IDE redirection, read on demand. Any thread.</summary>
public interface IRedirectedMedium
{
    /// <summary>2048 for a CD, 512 for a floppy.</summary>
    int BlockBytes { get; }

    long Blocks { get; }

    /// <summary>Reads whole blocks.</summary>
    /// <exception cref="IOException">The console is gone or answered with an error.</exception>
    Task ReadAsync(long block, Memory<byte> buffer, CancellationToken ct);
}

/// <summary>The PC around the simulated firmware: a virtual machine, or nothing at all.</summary>
public interface ISimulatedHost : IAsyncDisposable
{
    bool IsOn { get; }

    /// <summary>Raised (on any thread) after the power state changed, asked or unasked.</summary>
    event Action? PowerChanged;

    /// <summary>From off. Starts at its firmware, booting from <paramref name="source"/> this once.</summary>
    Task PowerOnAsync(HostBootSource source, CancellationToken ct);

    Task PowerOffAsync(CancellationToken ct);

    /// <summary>From on.</summary>
    Task ResetAsync(HostBootSource source, CancellationToken ct);

    /// <summary>A non-maskable interrupt.</summary>
    Task InterruptAsync(CancellationToken ct);

    /// <summary>What the PC's UART sends, for its whole life; reading waits for at least one byte, 0 = ended. One reader.</summary>
    ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct);

    /// <summary>To the PC's UART.</summary>
    ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>A new connection to the PC's display, speaking RFB 3.8 with security type None; null when it has no display or is off.</summary>
    Task<Stream?> OpenDisplayAsync(CancellationToken ct);

    /// <summary>Puts a medium into the PC's CD drive, or takes it out with null.</summary>
    Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct);
}
