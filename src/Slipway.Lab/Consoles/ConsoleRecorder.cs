namespace Slipway.Lab.Consoles;

/// <summary>Carries a console into its journal from before power is touched, and holds the pen for keystrokes.</summary>
public sealed class ConsoleRecorder : IAsyncDisposable
{
    private readonly IConsoleTransport _transport;
    private readonly ConsoleJournal _journal;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _pen = new(1, 1);
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pump;

    private ConsoleRecorder(IConsoleTransport transport, ConsoleJournal journal)
    {
        _transport = transport;
        _journal = journal;
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Completes with a reason when the transport ended by itself; never when the recorder was told to stop.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Starts recording an open transport.</summary>
    public static ConsoleRecorder Start(IConsoleTransport transport, ConsoleJournal journal) => new(transport, journal);

    /// <summary>Types. One writer at a time; whole messages.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await _pen.WaitAsync(ct);
        try
        {
            await _transport.WriteAsync(bytes, ct);
        }
        finally
        {
            _pen.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pump;
        _stopping.Dispose();
        _pen.Dispose();
    }

    private async Task PumpAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await _transport.ReadAsync(buffer, _stopping.Token)) > 0;) _journal.Append(buffer.AsSpan(0, read));
            _ended.TrySetResult("its transport ended");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _ended.TrySetResult(e.Message);
        }
    }
}
