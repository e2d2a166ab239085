using System.Threading.Channels;

namespace Slipway.Amt.Kvm;

/// <summary>What a viewer's person did: a key, or a place of the pointer.</summary>
internal readonly record struct ViewerAction
{
    public KeyStroke? Key { get; init; }

    public int X { get; init; }

    public int Y { get; init; }

    public byte Buttons { get; init; }
}

/// <summary>Passes what the viewers do on to the machine: keys and buttons at once and in order, mere moves of the pointer at most every 50 ms.</summary>
internal sealed class ViewerInput : IAsyncDisposable
{
    /// <summary>More moves than this make the firmware fall behind.</summary>
    public static readonly TimeSpan PointerSpacing = TimeSpan.FromMilliseconds(50);

    private readonly KvmSession _session;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _passing;

    // A full channel makes a viewer wait that types faster than the firmware reads; nothing is lost.
    private readonly Channel<ViewerAction> _actions = Channel.CreateBounded<ViewerAction>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public ViewerInput(KvmSession session, TimeProvider time)
    {
        (_session, _time) = (session, time);
        _passing = PassOnAsync();
    }

    /// <exception cref="ChannelClosedException">The session is over.</exception>
    public ValueTask AddAsync(ViewerAction action, CancellationToken ct) => _actions.Writer.WriteAsync(action, ct);

    public async ValueTask DisposeAsync()
    {
        _actions.Writer.TryComplete();
        await _end.CancelAsync();
        await _passing;
        _end.Dispose();
    }

    private async Task PassOnAsync()
    {
        long lastMove = _time.GetTimestamp() - (long)(PointerSpacing.TotalSeconds * _time.TimestampFrequency);
        byte buttons = 0;
        ViewerAction? move = null;
        try
        {
            while (true)
            {
                TimeSpan? wait = move is null ? null : PointerSpacing - _time.GetElapsedTime(lastMove);
                if (await NextAsync(wait) is { } action)
                {
                    if (action.Key is null && action.Buttons == buttons)
                    {
                        move = action;
                        if (_time.GetElapsedTime(lastMove) < PointerSpacing) continue;
                    }
                    else if (action.Key is null)
                    {
                        move = action; // a click's place includes the move
                    }
                    else
                    {
                        // The pointer first gets to where it was when the key was pressed.
                        await MoveAsync();
                        await _session.SendKeyAsync(action.Key.Value, _end.Token);
                        continue;
                    }
                }
                await MoveAsync();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or AmtException or ChannelClosedException)
        {
            // The session is over, or the listener; both tell the viewers themselves.
            _actions.Writer.TryComplete();
        }

        async Task MoveAsync()
        {
            if (move is not { } to) return;
            move = null;
            buttons = to.Buttons;
            lastMove = _time.GetTimestamp();
            ScreenSize size = _session.Size; // the viewer may think of another one
            await _session.SendPointerAsync(Math.Min(to.X, size.Width - 1), Math.Min(to.Y, size.Height - 1), to.Buttons, _end.Token);
        }
    }

    /// <summary>The next action; null when none came in time.</summary>
    /// <param name="wait">Null = for as long as it takes.</param>
    private async Task<ViewerAction?> NextAsync(TimeSpan? wait)
    {
        if (wait is null) return await _actions.Reader.ReadAsync(_end.Token);
        if (_actions.Reader.TryRead(out ViewerAction ready)) return ready;
        if (wait <= TimeSpan.Zero) return null;
        using var due = new CancellationTokenSource(wait.Value, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, _end.Token);
        try
        {
            return await _actions.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_end.IsCancellationRequested)
        {
            return null;
        }
    }
}
