using System.Threading.Channels;

namespace Slipway.Amt.Sol;

/// <summary>Serial over LAN that comes back: a session that drops, as at a machine's reset, is opened again, and the gap is told. One reader; writers from any thread.</summary>
/// <param name="transport">How the host is reached.</param>
/// <param name="options">Of each session.</param>
/// <param name="time">Clock.</param>
public sealed class SolConnection(AmtTransport transport, SolOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a lost session is tried to be had again: boards lose their network for some seconds at a reset, and a killed session lingers in the firmware for its receive time-out.</summary>
    public static readonly TimeSpan ReopenDeadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    // Facts nobody reads are old news.
    private const int KeptFacts = 64;

    private readonly Channel<SolFact> _facts = Channel.CreateBounded<SolFact>(new BoundedChannelOptions(KeptFacts) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim _changing = new(1, 1);

    // Held by whoever reads from the session: its reader, or the one that ends it.
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Lock _lock = new();
    private SolSession? _session;
    private CancellationTokenSource _interrupt = new();
    private TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    // What a session still said while it was ended; given to the reader before anything newer.
    private ReadOnlyMemory<byte> _rest;

    /// <summary>What was seen besides bytes; one reader.</summary>
    public ChannelReader<SolFact> Facts => _facts.Reader;

    /// <summary>Whether a session is open now.</summary>
    public bool IsOpen => Volatile.Read(ref _session) is not null;

    /// <summary>Opens the first session and waits for the firmware's confirmation. Trouble is not tried again: the caller decides.</summary>
    /// <exception cref="AmtException">It cannot be had; the message says why and what to do.</exception>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (!IsOpen) Take(await SolSession.OpenAsync(transport, options, time, ct));
    }

    /// <summary>Bytes of the host, waiting for at least one; 0 = this connection was disposed.</summary>
    /// <exception cref="AmtException">The session was lost and could not be opened again within <see cref="ReopenDeadline"/>, or never can (wrong password, switched off).</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            (SolSession? session, Task resumed, CancellationToken interrupt) = Now();
            if (session is null)
            {
                await resumed.WaitAsync(ct);
                if (_disposed) return 0;
                continue;
            }
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, interrupt);
            string reason;
            await _reading.WaitAsync(ct);
            try
            {
                if (TakeRest(buffer.Span) is > 0 and int kept) return kept;
                if (interrupt.IsCancellationRequested) continue;
                int read = await session.ReadAsync(buffer, either.Token);
                if (read > 0) return read;
                reason = "the firmware ended the session";
            }
            catch (OperationCanceledException) when (interrupt.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                // Closed for a while by CloseAsync.
                continue;
            }
            catch (AmtException e) when (e.Problem is AmtProblem.SessionLost or AmtProblem.BadAnswer)
            {
                if (interrupt.IsCancellationRequested) continue;
                reason = e.Explanation;
            }
            finally
            {
                _reading.Release();
            }
            await ReopenLostAsync(session, reason, ct);
        }
    }

    /// <summary>Types.</summary>
    /// <exception cref="AmtException">SessionLost: there is no session at this moment.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) =>
        Volatile.Read(ref _session) is { } session
            ? session.WriteAsync(bytes, ct)
            : throw new AmtException(AmtProblem.SessionLost, $"{transport.Endpoint.Host}: nothing can be typed while serial over LAN is away");

    /// <summary>Ends the session in order, for a power change that the firmware refuses while one is open. Readers wait until <see cref="ReopenAsync"/>.</summary>
    public async Task CloseAsync(CancellationToken ct)
    {
        await _changing.WaitAsync(ct);
        try
        {
            if (Drop(out CancellationTokenSource? interrupt) is not { } session) return;
            await interrupt!.CancelAsync();
            await _reading.WaitAsync(ct);
            try
            {
                byte[] rest = await session.EndAsync(ct);
                if (rest.Length > 0) _rest = (byte[])[.. _rest.Span, .. rest];
            }
            finally
            {
                _reading.Release();
            }
            await session.DisposeAsync();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Opens it again after <see cref="CloseAsync"/>, as often as it takes within <see cref="ReopenDeadline"/>.</summary>
    /// <exception cref="AmtException">It could not be had.</exception>
    public async Task ReopenAsync(CancellationToken ct)
    {
        await _changing.WaitAsync(ct);
        try
        {
            if (!IsOpen) Take(await OpenAgainAsync(ct));
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await CloseAsync(CancellationToken.None);
        _facts.Writer.TryComplete();
        lock (_lock) _resumed.TrySetResult();
    }

    private int TakeRest(Span<byte> buffer)
    {
        int taken = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..taken].CopyTo(buffer);
        _rest = _rest[taken..];
        return taken;
    }

    private async Task ReopenLostAsync(SolSession lost, string reason, CancellationToken ct)
    {
        long begun = time.GetTimestamp();
        await _changing.WaitAsync(ct);
        try
        {
            if (Volatile.Read(ref _session) != lost) return;
            _ = Drop(out _);
            await lost.DisposeAsync();
            try
            {
                Take(await OpenAgainAsync(ct));
            }
            catch (AmtException e)
            {
                throw new AmtException(e.Problem, $"serial over LAN was lost ({reason}) and could not be opened again within {ReopenDeadline.TotalSeconds:0} s: {e.Explanation}", e);
            }
            _facts.Writer.TryWrite(new SolFact.Gap(time.GetElapsedTime(begun), reason));
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<SolSession> OpenAgainAsync(CancellationToken ct)
    {
        long begun = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await SolSession.OpenAsync(transport, options, time, ct);
            }
            catch (AmtException e) when (IsPassing(e.Problem) && time.GetElapsedTime(begun) < ReopenDeadline)
            {
                await Task.Delay(pause, time, ct);
            }
        }
    }

    // What a reset, a link that comes back, or the firmware's memory of the lost session explain.
    private static bool IsPassing(AmtProblem problem) => problem
        is AmtProblem.Unreachable or AmtProblem.SessionBusy or AmtProblem.SessionLost or AmtProblem.TimedOut or AmtProblem.ListenerOff or AmtProblem.TlsFailed or AmtProblem.Busy;

    private void Take(SolSession session)
    {
        (SolLines Lines, SolStatus Flags)? before = null;
        session.ControlsSeen = (lines, flags) =>
        {
            if (before is not { } old || (old.Flags & SolStatus.PoweredOn) != (flags & SolStatus.PoweredOn)) _facts.Writer.TryWrite(new SolFact.PowerSeen(flags.HasFlag(SolStatus.PoweredOn)));
            if (flags.HasFlag(SolStatus.TransmitOverflow)) _facts.Writer.TryWrite(new SolFact.OutputLost());
            if (flags.HasFlag(SolStatus.ReceiveFlushed)) _facts.Writer.TryWrite(new SolFact.InputLost());
            before = (lines, flags);
        };
        lock (_lock)
        {
            _session = session;
            _interrupt = new CancellationTokenSource();
            _resumed.TrySetResult();
        }
    }

    private SolSession? Drop(out CancellationTokenSource? interrupt)
    {
        lock (_lock)
        {
            SolSession? session = _session;
            interrupt = session is null ? null : _interrupt;
            _session = null;
            if (_resumed.Task.IsCompleted) _resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return session;
        }
    }

    private (SolSession? Session, Task Resumed, CancellationToken Interrupt) Now()
    {
        lock (_lock) return (_session, _session is null && !_disposed ? _resumed.Task : Task.CompletedTask, _interrupt.Token);
    }
}
