namespace Slipway.Sim.Amt.WsMan;

/// <summary>The firmware's own clock: the simulator's, plus what a console set it to.</summary>
internal sealed class SimClock(TimeProvider time)
{
    private TimeSpan _offset;

    public DateTimeOffset Now => time.GetUtcNow() + _offset;

    public uint UnixSeconds => (uint)Now.ToUnixTimeSeconds();

    /// <summary>Puts the clock to a Unix time.</summary>
    public void Set(uint unixSeconds) => _offset = DateTimeOffset.FromUnixTimeSeconds(unixSeconds) - time.GetUtcNow();
}
