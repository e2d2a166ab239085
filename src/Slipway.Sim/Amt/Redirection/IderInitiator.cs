namespace Slipway.Sim.Amt.Redirection;

/// <summary>Gives the console one command at a time, and tells it of resets in between.</summary>
/// <remarks>After a reset nothing is asked until the console has answered; a command that was under way is asked anew, for the PC may have started it after the reset.</remarks>
internal sealed class IderInitiator(SequencedSender sender, ResetWatch watch) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Held while a command or a reset is sent, so that the console never sees a command between a reset and its own answer.</summary>
    private readonly SemaphoreSlim _sending = new(1, 1);

    private readonly CancellationTokenSource _closed = new();

    /// <summary>Guards the command under way and the reset that is not answered yet; at most one of them is there.</summary>
    private readonly Lock _lock = new();
    private IderCommand? _current;
    private TaskCompletionSource? _unanswered;
    private volatile int _told = watch.Stamp;

    /// <summary>Runs one command to its end.</summary>
    /// <exception cref="IOException">The session is over.</exception>
    public async Task<IderAnswer> RunAsync(IderDevice device, byte[] commandBlock, int capacity, CancellationToken ct)
    {
        Task<IderAnswer> run = RunAsync(device, commandBlock, capacity);
        // Who leaves early leaves the command behind: the console answers it all the same.
        return await run.WaitAsync(ct);
    }

    /// <summary>Tells the console of each reset until cancelled.</summary>
    public async Task WatchAsync(CancellationToken ct)
    {
        while (true)
        {
            await watch.WaitAsync(_told, ct);
            await TellResetAsync(ct);
        }
    }

    /// <summary>A CommandEnd or DataToHost came; false when nothing was asked or it is no answer to that.</summary>
    public bool Take(ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            // On its way before the console had read of the reset.
            if (_unanswered is not null) return true;
            if (_current is not { } command || !command.Take(message)) return false;
            if (command.Completion.IsCompleted) _current = null;
            return true;
        }
    }

    /// <summary>The console has read of the reset.</summary>
    public void ResetAnswered()
    {
        lock (_lock)
        {
            _unanswered?.TrySetResult();
            _unanswered = null;
        }
    }

    /// <summary>Every command, also a later one, ends with an IOException.</summary>
    public void Close()
    {
        _closed.Cancel();
        lock (_lock) _current?.Fail(Over());
    }

    public void Dispose()
    {
        _closed.Dispose();
        _turn.Dispose();
        _sending.Dispose();
    }

    private static IOException Over() => new("The console's redirection session is over, and its medium gone with it.");

    private async Task<IderAnswer> RunAsync(IderDevice device, byte[] commandBlock, int capacity)
    {
        try
        {
            CancellationToken closed = _closed.Token;
            await _turn.WaitAsync(closed);
            try
            {
                while (true)
                {
                    if (await SendAsync(device, commandBlock, capacity, closed) is { } command && await command.Completion is { } answer) return answer;
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            throw Over();
        }
    }

    private async Task<IderCommand?> SendAsync(IderDevice device, byte[] commandBlock, int capacity, CancellationToken ct)
    {
        if (watch.Stamp != _told) await TellResetAsync(ct);
        Task? unanswered;
        lock (_lock) unanswered = _unanswered?.Task;
        if (unanswered is not null) await unanswered.WaitAsync(ct);
        await _sending.WaitAsync(ct);
        try
        {
            var command = new IderCommand(device, capacity);
            lock (_lock)
            {
                if (_unanswered is not null) return null;
                _current = command;
            }
            await sender.SendAsync(IderMessages.CommandWritten(device, commandBlock), ct);
            ct.ThrowIfCancellationRequested();
            return command;
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task TellResetAsync(CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            int stamp = watch.Stamp;
            if (stamp == _told) return;
            _told = stamp;
            lock (_lock)
            {
                _current?.Abandon();
                _current = null;
                // Still waiting for the answer to an earlier one: that answers for both.
                if (_unanswered is not null) return;
                _unanswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            await sender.SendAsync(IderMessages.ResetOccurred(), ct);
        }
        finally
        {
            _sending.Release();
        }
    }
}
