using System.Threading.Channels;

namespace Slipway.Amt.Kvm;

/// <summary>Collects what changes on a session's screen for one who looks at it at his own pace. Any thread.</summary>
internal sealed class ScreenWatcher(KvmSession session) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DirtyRegion _dirty = new();

    // One token says all there is to say: look again.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Mark(IEnumerable<RfbRectangle> changed)
    {
        lock (_gate)
            foreach (RfbRectangle area in changed) _dirty.Add(area);
        Wake();
    }

    /// <summary>Lets <see cref="WaitAsync"/> return.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Waits for the next call of <see cref="Mark"/> or <see cref="Wake"/>, or returns at once when there was one since the last wait.</summary>
    public async ValueTask WaitAsync(CancellationToken ct) => await _wake.Reader.ReadAsync(ct);

    /// <summary>Takes what changed within <paramref name="area"/>. Read the pixels after this, not before.</summary>
    public IReadOnlyList<RfbRectangle> Take(RfbRectangle area)
    {
        lock (_gate) return _dirty.Take(area);
    }

    public void Dispose() => session.Unwatch(this);
}
