namespace Slipway.Sim.Amt.Redirection;

/// <summary>Notices that the PC was switched or reset, by whatever means.</summary>
internal sealed class ResetWatch : IDisposable
{
    /// <summary>How often a request is looked for; the state has no event for it.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly FirmwareState _state;
    private readonly ISimulatedHost _host;
    private int _switches;

    public ResetWatch(FirmwareState state, ISimulatedHost host)
    {
        (_state, _host) = (state, host);
        host.PowerChanged += Count;
    }

    /// <summary>Another number after each switch and reset.</summary>
    public int Stamp
    {
        get
        {
            lock (_state.Lock) return _state.PowerRequests + Volatile.Read(ref _switches);
        }
    }

    /// <summary>Waits until <see cref="Stamp"/> is no longer <paramref name="seen"/>.</summary>
    public async Task WaitAsync(int seen, CancellationToken ct)
    {
        using var look = new PeriodicTimer(LookEvery, _state.Time);
        while (Stamp == seen) await look.WaitForNextTickAsync(ct);
    }

    public void Dispose() => _host.PowerChanged -= Count;

    private void Count() => Interlocked.Increment(ref _switches);
}
