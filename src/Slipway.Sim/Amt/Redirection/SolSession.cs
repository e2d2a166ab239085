using System.Threading.Channels;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>One session of serial over LAN after its login.</summary>
internal sealed class SolSession(MessageStream console, FirmwareState state, ISimulatedHost host, SerialPump pump) : IDisposable
{
    /// <summary>No firmware sends heartbeats faster.</summary>
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);

    private readonly SequencedSender _sender = new(console);

    // Only the newest counts should the console not read for long.
    private readonly Channel<SolStatus> _news = Channel.CreateBounded<SolStatus>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private SolTerms _terms;
    private volatile bool _pinged;

    /// <summary>Runs until the console ends the session, goes away, or says nothing for its own receive time-out.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await console.ReadMessageAsync(SolMessages.Measure, ct) is not { } start || start[0] != (byte)SolMessage.Start) return;
        _terms = SolMessages.Terms(start);
        var output = new SolOutput(_terms.TransmitOverflow, state.Time, () => _news.Writer.TryWrite(SolStatus.TransmitOverflow));
        host.PowerChanged += NewsOfPower;
        pump.SendTo(output);
        try
        {
            await _sender.SendAsync(SolMessages.StartReply(), MessageStream.ReplyPause, ct);
            NewsOfPower();
            await SendNewsAsync(await _news.Reader.ReadAsync(ct), ct);
            await Conversation.RunAsync(ct, ReceiveAsync, stop => TransmitAsync(output, stop), TellNewsAsync, BeatAsync, PingAsync);
        }
        finally
        {
            pump.SendTo(null);
            output.Close();
            host.PowerChanged -= NewsOfPower;
        }
    }

    public void Dispose() => _sender.Dispose();

    private void NewsOfPower() => _news.Writer.TryWrite(SolStatus.None);

    private async Task ReceiveAsync(CancellationToken ct)
    {
        while (true)
        {
            using var silence = new CancellationTokenSource(_terms.ReceiveTimeout, state.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
            if (await console.ReadMessageAsync(SolMessages.Measure, either.Token) is not { } message) return;
            switch ((SolMessage)message[0])
            {
                case SolMessage.DataToHost:
                    await TypeAsync(message.AsMemory(SolMessages.DataHeaderBytes), ct);
                    break;
                // Old clients answer a ping by echoing it.
                case SolMessage.KeepAlivePing when _pinged:
                    _pinged = false;
                    break;
                case SolMessage.KeepAlivePing:
                    await _sender.SendAsync(SolMessages.Bare(SolMessage.KeepAlivePong), ct);
                    break;
                case SolMessage.KeepAlivePong or SolMessage.Heartbeat or SolMessage.ControlsToHost:
                    break;
                case SolMessage.End:
                    // The console may still send; 0x12 or the end of the connection is the end.
                    await _sender.SendLastAsync(SolMessages.Bare(SolMessage.EndReply), ct);
                    break;
                default:
                    return;
            }
        }
    }

    private async Task TypeAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        using CancellationTokenSource flush = _terms.ReceiveFlush > TimeSpan.Zero ? new(_terms.ReceiveFlush, state.Time) : new();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, flush.Token);
        try
        {
            await host.WriteSerialAsync(bytes, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            _news.Writer.TryWrite(SolStatus.ReceiveFlush);
        }
        catch (IOException)
        {
            // The UART of a PC that is off takes no bytes, and the session goes on.
        }
    }

    private async Task TransmitAsync(SolOutput output, CancellationToken ct)
    {
        var buffer = new byte[_terms.MaxTransmitBytes];
        long limit = state.Faults.SolSilentAfterBytes, sent = 0;
        while (await output.CollectAsync(buffer, _terms.TransmitBuffering, ct) is > 0 and int count)
        {
            if (limit > 0) count = (int)Math.Min(count, limit - sent);
            byte[] message = SolMessages.DataFromHost(buffer.AsSpan(0, count));
            sent += count;
            if (limit > 0 && sent == limit)
            {
                await _sender.SendLastAsync(message, ct);
                break;
            }
            await _sender.SendAsync(message, ct);
        }
        // The PC's last byte, or the fault, does not end the session.
        await Task.Delay(Timeout.InfiniteTimeSpan, state.Time, ct);
    }

    private async Task TellNewsAsync(CancellationToken ct)
    {
        await foreach (SolStatus status in _news.Reader.ReadAllAsync(ct)) await SendNewsAsync(status, ct);
    }

    private Task SendNewsAsync(SolStatus status, CancellationToken ct)
    {
        (SolLines lines, SolStatus power) = host.IsOn ? (SolLines.RequestToSend | SolLines.DataTerminalReady, SolStatus.Power) : default;
        return _sender.SendAsync(SolMessages.ControlsFromHost(lines, status | power), MessageStream.ReplyPause, ct);
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        TimeSpan every = _terms.Heartbeat == TimeSpan.Zero ? Timeout.InfiniteTimeSpan
            : _terms.Heartbeat < ShortestHeartbeat ? ShortestHeartbeat : _terms.Heartbeat;
        using var beat = new PeriodicTimer(every, state.Time);
        while (await beat.WaitForNextTickAsync(ct)) await _sender.SendAsync(SolMessages.Bare(SolMessage.Heartbeat), ct);
    }

    // Without heartbeats it is the ping that reminds a console of its receive time-out.
    private async Task PingAsync(CancellationToken ct)
    {
        using var ping = new PeriodicTimer(_terms.ReceiveTimeout / 2, state.Time);
        while (await ping.WaitForNextTickAsync(ct))
        {
            if (_terms.Heartbeat > TimeSpan.Zero) continue;
            _pinged = true;
            await _sender.SendAsync(SolMessages.Bare(SolMessage.KeepAlivePing), ct);
        }
    }
}
