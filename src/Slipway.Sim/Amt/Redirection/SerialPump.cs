namespace Slipway.Sim.Amt.Redirection;

/// <summary>Empties the PC's UART for the PC's whole life: into the open session, or into nothing.</summary>
internal sealed class SerialPump : IAsyncDisposable
{
    /// <summary>The most that is read at once.</summary>
    public const int PieceBytes = 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private volatile SolOutput? _output;

    public SerialPump(ISimulatedHost host) => _run = RunAsync(host, _stop.Token);

    /// <summary>From now on bytes go there; null: they are discarded.</summary>
    public void SendTo(SolOutput? output) => _output = output;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(ISimulatedHost host, CancellationToken ct)
    {
        // Not on the constructor's time, should the PC have much to say already.
        await Task.Yield();
        var buffer = new byte[PieceBytes];
        try
        {
            while (await host.ReadSerialAsync(buffer, ct) is > 0 and int count)
                if (_output is { } output) await output.PutAsync(buffer.AsSpan(0, count).ToArray(), ct);
        }
        catch (Exception e) when (Conversation.IsEnd(e))
        {
            // The PC is gone, or we are.
        }
    }
}
