using System.Threading.Channels;

namespace Slipway.Amt.Kvm;

/// <summary>An open screen of a machine: its picture, its keyboard and its pointer. Any thread.</summary>
/// <remarks>The firmware has one such session at a time. It does not come back by itself: when <see cref="Ended"/> completes, open another one.
/// A session without keys or pointer for the firmware's <c>SessionTimeout</c> (3 minutes unless set otherwise) is closed by the firmware, pictures or not.</remarks>
public sealed partial class KvmSession : IAsyncDisposable
{
    /// <summary>From the greeting to the size of the screen.</summary>
    private static readonly TimeSpan OpeningDeadline = TimeSpan.FromSeconds(15);

    /// <summary>How long opening waits for a first picture, to tell a screen that is closed at once. A slow one comes later.</summary>
    private static readonly TimeSpan FirstPictureDeadline = TimeSpan.FromSeconds(3);

    /// <summary>For a whole picture. Ample: 4 MB over the slowest link in use.</summary>
    private static readonly TimeSpan PictureDeadline = TimeSpan.FromSeconds(30);

    private readonly Stream _stream;
    private readonly RfbClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _capturing = new(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstPicture = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading, _asking;

    // One token: look whether to ask for pictures.
    private readonly Channel<bool> _ask = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _gate = new(); // for all below
    private readonly List<ScreenWatcher> _watchers = [];
    private ScreenCapture? _capture;
    private bool _isAsked, _wantsWhole = true;
    private AmtException? _fault;

    private KvmSession(Stream stream, RfbClient client, TimeProvider time)
    {
        (_stream, _client, _time) = (stream, client, time);
        _reading = ReadAsync();
        _asking = AskAsync();
        _ask.Writer.TryWrite(true);
    }

    /// <summary>Now. It changes when the machine changes its mode, as it does several times while it boots.</summary>
    public ScreenSize Size
    {
        get
        {
            lock (Screen.Gate) return new ScreenSize(Screen.Width, Screen.Height);
        }
    }

    /// <summary>What the firmware calls its screen.</summary>
    public string Name => _client.Name;

    /// <summary>Completes when the session is over, whoever ended it. Never fails.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Why it is over; null while it is not.</summary>
    public AmtException? Fault
    {
        get
        {
            lock (_gate) return _fault;
        }
    }

    internal FrameBuffer Screen => _client.Screen;

    /// <summary>Opens a screen on a connection that speaks RFB from its next byte on.</summary>
    /// <param name="stream">The redirection session's after its reply 0x41, or TCP port 5900. Closed with the session, and when opening fails.</param>
    /// <param name="rfbPassword">For port 5900; null on the redirection port, where the login was made already.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ct">Ends the opening, not the session.</param>
    /// <exception cref="AmtException">ScreenUnavailable, WrongCredentials, BadAnswer, TimedOut and others.</exception>
    public static async Task<KvmSession> OpenAsync(Stream stream, string? rfbPassword, TimeProvider time, CancellationToken ct)
    {
        KvmSession? session = null;
        try
        {
            using (var deadline = new CancellationTokenSource(OpeningDeadline, time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct))
            {
                try
                {
                    session = new KvmSession(stream, await RfbClient.ConnectAsync(stream, rfbPassword, either.Token), time);
                }
                catch (OperationCanceledException) when (!ct.IsCancellationRequested)
                {
                    throw new AmtException(AmtProblem.TimedOut, $"the screen (KVM) did not open within {OpeningDeadline.TotalSeconds} s; if somebody must allow it at the machine, that was not done");
                }
            }
            await session.WaitForFirstPictureAsync(ct);
            return session;
        }
        catch
        {
            if (session is null) await stream.DisposeAsync();
            else await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes a picture of the screen as it is now.</summary>
    /// <returns>A PNG file.</returns>
    /// <exception cref="AmtException">TimedOut when no whole picture came within 30 s; SessionLost, ScreenUnavailable, BadAnswer.</exception>
    public async Task<byte[]> CapturePngAsync(CancellationToken ct)
    {
        await _capturing.WaitAsync(ct);
        try
        {
            var capture = new ScreenCapture();
            lock (_gate)
            {
                if (_fault is not null) throw Again(_fault);
                _capture = capture;
                _wantsWhole = true;
            }
            _ask.Writer.TryWrite(true);
            ScreenPicture picture = await capture.Taken.Task.WaitAsync(PictureDeadline, _time, ct);
            return PngWriter.Write(picture.Width, picture.Height, picture.Rgb);
        }
        catch (TimeoutException error)
        {
            throw new AmtException(AmtProblem.TimedOut, $"the screen (KVM) sent no whole picture within {PictureDeadline.TotalSeconds} s; if somebody must allow it at the machine, that was not done", error);
        }
        finally
        {
            lock (_gate) _capture = null;
            _capturing.Release();
        }
    }

    /// <summary>Somebody looks at the screen from now on; everything of it is news to him.</summary>
    internal ScreenWatcher Watch()
    {
        var watcher = new ScreenWatcher(this);
        watcher.Mark([new RfbRectangle(0, 0, ushort.MaxValue, ushort.MaxValue)]);
        lock (_gate)
        {
            // Without anybody looking, no picture is asked for, and what there is may be old.
            if (_watchers.Count == 0) _wantsWhole = true;
            _watchers.Add(watcher);
        }
        _ask.Writer.TryWrite(true);
        return watcher;
    }

    internal void Unwatch(ScreenWatcher watcher)
    {
        lock (_gate) _watchers.Remove(watcher);
    }

    /// <summary>Closes the screen, and the connection with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _stream.DisposeAsync();
        await Task.WhenAll(_reading, _asking);
        _client.Dispose();
        _end.Dispose();
    }

    private async Task WaitForFirstPictureAsync(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(_firstPicture.Task, _ended.Task, Task.Delay(FirstPictureDeadline, _time, either.Token));
        await either.CancelAsync();
        ct.ThrowIfCancellationRequested();
        if (Fault is { } fault) throw Again(fault);
    }

    private async Task ReadAsync()
    {
        AmtException fault;
        try
        {
            while (true)
                if (await _client.ReadMessageAsync(_end.Token) is { } update) Show(update);
        }
        catch (AmtException error)
        {
            fault = error;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            fault = _end.IsCancellationRequested ? new AmtException(AmtProblem.SessionLost, "the screen (KVM) was closed")
                : _firstPicture.Task.IsCompleted ? RfbProblems.Lost(error)
                : RfbProblems.NoPicture(error);
        }

        lock (_gate)
        {
            _fault = fault;
            _capture?.Taken.TrySetException(Again(fault));
        }
        _ask.Writer.TryComplete();
        _ended.TrySetResult();
    }

    /// <summary>An update is on the screen: tells those who look at it.</summary>
    private void Show(RfbUpdate update)
    {
        lock (_gate)
        {
            _isAsked = false;
            if (update.IsResized)
            {
                _wantsWhole = true;
                _capture?.Restart();
            }
            foreach (ScreenWatcher watcher in _watchers) watcher.Mark(update.IsResized ? [Screen.Area] : update.Changed);
            _capture?.Add(update, Screen);
        }
        _firstPicture.TrySetResult();
        _ask.Writer.TryWrite(true);
    }

    /// <summary>Asks for pictures for as long as somebody wants them; the next one after the last has come, so that a slow firmware is not buried in questions.</summary>
    /// <remarks>Not in the task that reads: while that one waited for room to write, the firmware might wait for us to read.</remarks>
    private async Task AskAsync()
    {
        try
        {
            while (await _ask.Reader.WaitToReadAsync(_end.Token))
            {
                _ask.Reader.TryRead(out _);
                bool isWhole;
                lock (_gate)
                {
                    bool isWanted = _watchers.Count > 0 || _capture is { IsTaken: false } || !_firstPicture.Task.IsCompleted;
                    if (!isWanted || (_isAsked && !_wantsWhole)) continue;
                    (isWhole, _wantsWhole, _isAsked) = (_wantsWhole, false, true);
                    if (isWhole) _capture?.Start(Screen.Width, Screen.Height);
                }
                await _client.RequestUpdateAsync(!isWhole, _end.Token);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The reader finds the same end and says what it means.
        }
    }

    /// <summary>The same trouble for another caller: an exception that is thrown twice would mix up two stacks.</summary>
    private static AmtException Again(AmtException fault) => new(fault.Problem, WithoutCode(fault), fault);

    private static string WithoutCode(AmtException fault) => fault.Message.Replace($" [{fault.Code}]", "", StringComparison.Ordinal);
}
