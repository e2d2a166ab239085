using System.IO.Pipelines;
using System.Threading.Channels;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimWsMan;

/// <summary>A PC made of a flag. What was done to it is read in order from <see cref="Next"/>.</summary>
internal sealed class FlagHost(bool isOn) : ISimulatedHost
{
    private readonly Channel<string> _done = Channel.CreateUnbounded<string>();

    public bool IsOn { get; private set; } = isOn;

    /// <summary>Thrown by the next power-on.</summary>
    public Exception? Trouble { get; set; }

    public event Action? PowerChanged;

    public async Task<string> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _done.Reader.ReadAsync(patience.Token);
    }

    public bool NothingDone => !_done.Reader.TryPeek(out _);

    public Task PowerOnAsync(HostBootSource source, CancellationToken ct)
    {
        if (Trouble is null) return Do(true, "on " + source);
        _done.Writer.TryWrite("trouble");
        throw Trouble;
    }

    public Task PowerOffAsync(CancellationToken ct) => Do(false, "off");

    public Task ResetAsync(HostBootSource source, CancellationToken ct) => Do(true, "reset " + source);

    public Task InterruptAsync(CancellationToken ct) => Do(true, "interrupt");

    public ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct) => ValueTask.FromResult(0);

    public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => ValueTask.CompletedTask;

    public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Do(bool on, string what)
    {
        bool changed = IsOn != on;
        IsOn = on;
        if (changed) PowerChanged?.Invoke();
        _done.Writer.TryWrite(what);
        return Task.CompletedTask;
    }
}

/// <summary>A clock that only the test moves.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private DateTimeOffset _now = new(2031, 1, 31, 6, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_timers) _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        _now += by;
        HandTimer[] due;
        lock (_timers) due = [.. _timers.Where(t => t.Due <= _now)];
        foreach (HandTimer timer in due) timer.Fire();
    }

    private sealed class HandTimer(HandClock clock, Action action) : ITimer
    {
        public DateTimeOffset Due { get; private set; } = DateTimeOffset.MaxValue;

        public void Fire()
        {
            Due = DateTimeOffset.MaxValue;
            action();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock._now + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (clock._timers) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Two ends of a connection in memory.</summary>
internal sealed class DuplexEnd(PipeReader reader, PipeWriter writer) : Stream
{
    private readonly Stream _read = reader.AsStream();
    private readonly Stream _write = writer.AsStream();

    /// <summary>Sizes of the writes the far end made, in order.</summary>
    public List<int> Writes { get; } = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static (DuplexEnd Client, DuplexEnd Server) Pair()
    {
        var there = new Pipe();
        var back = new Pipe();
        return (new DuplexEnd(back.Reader, there.Writer), new DuplexEnd(there.Reader, back.Writer));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _read.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (Writes) Writes.Add(buffer.Length);
        return _write.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _write.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        reader.Complete();
        writer.Complete();
        base.Dispose(disposing);
    }
}
