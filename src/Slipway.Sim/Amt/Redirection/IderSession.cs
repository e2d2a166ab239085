namespace Slipway.Sim.Amt.Redirection;

/// <summary>One session of IDE redirection after its login.</summary>
internal sealed class IderSession : IDisposable
{
    /// <summary>Bit 0 of the state a console sets: the devices exist. The other bits say when the PC's system notices, which for a drive that is always there is now.</summary>
    private const uint EnabledBit = 1;

    private readonly MessageStream _console;
    private readonly FirmwareState _state;
    private readonly SequencedSender _sender;
    private readonly ResetWatch _watch;
    private readonly IderInitiator _initiator;
    private readonly IderDrive _drive;
    private IderTerms _terms;
    private uint? _expected;

    public IderSession(MessageStream console, FirmwareState state, ISimulatedHost host)
    {
        (_console, _state) = (console, state);
        _sender = new SequencedSender(console);
        _watch = new ResetWatch(state, host);
        _initiator = new IderInitiator(_sender, _watch);
        _drive = new IderDrive(_initiator, host, state.Time);
    }

    /// <summary>Runs until the console closes the session, goes away, breaks the protocol, or says nothing for its receive time-out.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await _console.ReadMessageAsync(IderMessages.Measure, ct) is not { } open || open[0] != (byte)IderMessage.Open) return;
        _terms = IderMessages.Terms(open);
        await _sender.SendAsync(IderMessages.OpenReply(_state.Profile), ct);
        await Conversation.RunAsync(ct, ReceiveUntilOverAsync, _drive.RunAsync, _initiator.WatchAsync, BeatAsync, PingAsync);
    }

    public void Dispose()
    {
        _drive.Dispose();
        _initiator.Dispose();
        _watch.Dispose();
        _sender.Dispose();
    }

    private async Task ReceiveUntilOverAsync(CancellationToken ct)
    {
        try
        {
            await ReceiveAsync(ct);
        }
        finally
        {
            // Before the drive is emptied: a read that waits for the console must not hold that up.
            _initiator.Close();
        }
    }

    private async Task ReceiveAsync(CancellationToken ct)
    {
        while (true)
        {
            using var silence = new CancellationTokenSource(_terms.ReceiveTimeout, _state.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
            if (await _console.ReadMessageAsync(IderMessages.Measure, either.Token) is not { } message) return;
            if (message[0] == (byte)SessionMessage.EndRedirectionSession || !IsInSequence(message)) return;
            switch ((IderMessage)message[0])
            {
                case IderMessage.CommandEnd or IderMessage.DataToHost:
                    if (!_initiator.Take(message)) return;
                    break;
                case IderMessage.KeepAlivePing:
                    await _sender.SendAsync(IderMessages.Bare(IderMessage.KeepAlivePong), ct);
                    break;
                case IderMessage.KeepAlivePong or IderMessage.Heartbeat:
                    break;
                case IderMessage.ResetOccurredResponse:
                    _initiator.ResetAnswered();
                    break;
                case IderMessage.Features:
                    await _sender.SendAsync(AnswerFeatures(message), ct);
                    break;
                case IderMessage.Close:
                    await _sender.SendLastAsync(IderMessages.Bare(IderMessage.CloseReply), ct);
                    return;
                default:
                    return;
            }
        }
    }

    // Each console starts somewhere else, but none may leave a number out.
    private bool IsInSequence(byte[] message)
    {
        uint number = SequencedSender.Number(message);
        if (_expected is { } expected && number != expected) return false;
        _expected = number + 1;
        return true;
    }

    private byte[] AnswerFeatures(byte[] message)
    {
        IderFeature feature = IderMessages.Feature(message);
        if (feature == IderFeature.SetState) _drive.IsEnabled = (IderMessages.FeatureValue(message) & EnabledBit) != 0;
        // Supported: bit 0, it can be enabled. GetState: bit 1, it is. SetState: accepted.
        return IderMessages.FeaturesReply(feature, feature switch
        {
            IderFeature.Supported or IderFeature.SetState => 1u,
            IderFeature.GetState => _drive.IsEnabled ? 2u : 0u,
            _ => 0u,
        });
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        using var beat = new PeriodicTimer(_terms.Heartbeat, _state.Time);
        while (await beat.WaitForNextTickAsync(ct)) await _sender.SendAsync(IderMessages.Bare(IderMessage.Heartbeat), ct);
    }

    private async Task PingAsync(CancellationToken ct)
    {
        using var ping = new PeriodicTimer(_terms.ReceiveTimeout / 2, _state.Time);
        while (await ping.WaitForNextTickAsync(ct)) await _sender.SendAsync(IderMessages.Bare(IderMessage.KeepAlivePing), ct);
    }
}
