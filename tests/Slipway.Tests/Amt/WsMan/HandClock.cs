namespace Slipway.Tests.Amt.WsMan;

/// <summary>A clock that a test moves by hand. Timers fire while it is moved.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<HandTimer> _timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Seen)> _awaited = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock) return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ends when somebody waits for exactly that long.</summary>
    public Task SomebodyWaits(TimeSpan due)
    {
        lock (_lock)
        {
            if (_timers.Any(t => t.Set == due)) return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((due, seen));
            return seen.Task;
        }
    }

    /// <summary>Waits until somebody waits for that long, and lets the time pass.</summary>
    public async Task PassAsync(TimeSpan due)
    {
        await SomebodyWaits(due).WaitAsync(TimeSpan.FromSeconds(30), System);
        Advance(due);
    }

    public void Advance(TimeSpan by)
    {
        HandTimer[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.At <= _now)];
            foreach (HandTimer timer in due) _timers.Remove(timer);
        }

        foreach (HandTimer timer in due) timer.Fire();
    }

    private sealed class HandTimer(HandClock clock, Action fire) : ITimer
    {
        public TimeSpan Set { get; private set; }

        public TimeSpan At { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                (Set, At) = (dueTime, clock._now + dueTime);
                clock._timers.Add(this);
                foreach ((TimeSpan _, TaskCompletionSource seen) in clock._awaited.Where(a => a.Due == dueTime)) seen.TrySetResult();
                clock._awaited.RemoveAll(a => a.Due == dueTime);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
