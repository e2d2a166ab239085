using System.Text.Json.Serialization;

namespace Slipway.Lab.Boots;

/// <summary>One fact with its time.</summary>
/// <param name="At">Monotonic, since the boot's beginning.</param>
/// <param name="Wall">For people.</param>
[JsonConverter(typeof(TimelineEntryConverter))]
public sealed record TimelineEntry(TimeSpan At, DateTimeOffset Wall, BootFact Fact);

/// <summary>What happened to one boot, in order. Appended by anyone, read by index at each reader's own pace; thread-safe.</summary>
public sealed class Timeline(TimeProvider time)
{
    private readonly object _lock = new();
    private readonly List<TimelineEntry> _entries = [];
    private readonly long _start = time.GetTimestamp();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Time since the timeline began.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    public int Count
    {
        get { lock (_lock) return _entries.Count; }
    }

    public TimelineEntry Append(BootFact fact)
    {
        TaskCompletionSource grown;
        TimelineEntry entry;
        lock (_lock)
        {
            entry = new TimelineEntry(Now, time.GetUtcNow(), fact);
            _entries.Add(entry);
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
        return entry;
    }

    /// <summary>The entries from <paramref name="index"/> on, as they are now.</summary>
    public IReadOnlyList<TimelineEntry> From(int index)
    {
        lock (_lock) return index >= _entries.Count ? [] : _entries.GetRange(index, _entries.Count - index);
    }

    /// <summary>Completes as soon as there is an entry at <paramref name="index"/>.</summary>
    public Task WaitForAsync(int index, CancellationToken ct)
    {
        lock (_lock) return index < _entries.Count ? Task.CompletedTask : _grown.Task.WaitAsync(ct);
    }
}
