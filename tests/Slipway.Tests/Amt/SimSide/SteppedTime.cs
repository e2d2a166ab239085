namespace Slipway.Tests.Amt.SimSide;

/// <summary>A clock the test moves. Waits up to <paramref name="passesAtOnce"/> (the pauses for old clients) are over immediately.</summary>
internal sealed class SteppedTime(TimeSpan passesAtOnce) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until something waits for exactly that long from now on.</summary>
    public async Task TimerAsync(TimeSpan due)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_timers.Any(t => t.Due == _now + due)) return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(SimConsole.Patience);
        }
    }

    public void Advance(TimeSpan by)
    {
        TimeSpan end = _now + by;
        while (true)
        {
            Timer? next;
            lock (_lock)
            {
                next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                _now = next?.Due ?? end;
                if (next is not null)
                {
                    if (next.Period > TimeSpan.Zero) next.Due += next.Period;
                    else _timers.Remove(next);
                }
            }
            if (next is null) return;
            next.Fire();
        }
    }

    private sealed class Timer(SteppedTime time, Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool atOnce = dueTime >= TimeSpan.Zero && dueTime <= time.PassesAtOnce && period < TimeSpan.Zero;
            lock (time._lock)
            {
                time._timers.Remove(this);
                (Due, Period) = (time._now + dueTime, period);
                if (!atOnce && dueTime >= TimeSpan.Zero) time._timers.Add(this);
                time._changed.TrySetResult();
                time._changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (atOnce) ThreadPool.QueueUserWorkItem(_ => fire());
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }

    private TimeSpan PassesAtOnce => passesAtOnce;
}
