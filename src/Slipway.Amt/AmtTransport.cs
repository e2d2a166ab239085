namespace Slipway.Amt;

/// <summary>Opens connections to one firmware. Any thread.</summary>
/// <param name="endpoint">Where it is.</param>
/// <param name="time">Clock.</param>
/// <param name="memory">What earlier contacts found; null = nothing is remembered.</param>
public sealed class AmtTransport(AmtEndpoint endpoint, TimeProvider time, IAmtHostMemory? memory)
{
    public AmtEndpoint Endpoint => endpoint;

    /// <summary>Connects to a port. A firmware that sleeps loses the first packets, so a connection that is not answered is tried again before it counts as unreachable.</summary>
    /// <exception cref="AmtException">Unreachable, ListenerOff, or one of the TLS problems.</exception>
    public Task<AmtLink> ConnectAsync(AmtPort port, CancellationToken ct) => throw new NotImplementedException($"{time} {memory} {port} {ct}");
}
