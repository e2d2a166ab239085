namespace Slipway.Tests.Amt.Kvm;

/// <summary>A clock on which short waits are over at once and are noted, and long ones (deadlines) never end unless told to.</summary>
internal sealed class QuickTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _waits = [];
    private readonly List<(TimerCallback Callback, object? State, TimeSpan Due)> _deadlines = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The short ones so far.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate) return [.. _waits];
        }
    }

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Lets every deadline of this length pass.</summary>
    public void Pass(TimeSpan due)
    {
        (TimerCallback Callback, object? State, TimeSpan Due)[] passed;
        lock (_gate) passed = [.. _deadlines.Where(d => d.Due == due)];
        foreach ((TimerCallback callback, object? state, _) in passed) callback(state);
    }

    /// <summary>Whether somebody waits for a deadline of this length.</summary>
    public bool IsAwaited(TimeSpan due)
    {
        lock (_gate) return _deadlines.Any(d => d.Due == due);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return new Spent();
        if (dueTime > Short)
        {
            lock (_gate) _deadlines.Add((callback, state, dueTime));
            return new Spent();
        }
        lock (_gate) _waits.Add(dueTime);
        Interlocked.Add(ref _now, dueTime.Ticks);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Spent();
    }

    private sealed class Spent : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // It has fired.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
