using System.Threading.Channels;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Power states of CIM_PowerManagementService (DSP1027) as far as the firmware knows them.</summary>
internal enum PowerState : uint
{
    On = 2,
    SleepDeep = 4,
    CycleOffSoft = 5,
    Hibernate = 7,
    OffSoft = 8,
    MasterBusReset = 10,
    DiagnosticInterrupt = 11,
    OffSoftGraceful = 12,
    MasterBusResetGraceful = 14,
}

/// <summary>Does to the PC what was accepted, one thing after the other, some time after it was accepted.</summary>
internal sealed class PowerSwitch : IAsyncDisposable
{
    /// <summary>More accepted requests than any console may have on their way.</summary>
    private const int RequestsKept = 8;

    private readonly FirmwareState _state;
    private readonly ISimulatedHost _host;
    private readonly BootOverride _boot;
    private readonly EventLog _events;
    private readonly Channel<Func<CancellationToken, Task>> _accepted;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private ITimer? _powerLoss;
    private ITimer? _unreachable;

    public PowerSwitch(FirmwareState state, ISimulatedHost host, BootOverride boot, EventLog events)
    {
        _state = state;
        _host = host;
        _boot = boot;
        _events = events;
        // Wait: a full queue makes TryWrite fail, and the console hears "busy".
        _accepted = Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(RequestsKept) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        _loop = RunAsync();
        host.PowerChanged += RecordPower;
    }

    /// <summary>What the PC's machinery said when it last failed to do what was accepted; a console only sees that nothing happens.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>States that may be asked for now, in the order of the firmware.</summary>
    public IReadOnlyList<PowerState> Available(bool on)
    {
        if (!on) return [PowerState.On];
        var states = new List<PowerState> { PowerState.MasterBusReset, PowerState.OffSoft, PowerState.CycleOffSoft };
        if (_state.Profile.Interrupt) states.Add(PowerState.DiagnosticInterrupt);
        if (_state.Profile.GracefulPower)
            states.AddRange([PowerState.SleepDeep, PowerState.Hibernate, PowerState.MasterBusResetGraceful, PowerState.OffSoftGraceful]);
        return states;
    }

    /// <summary>Judges a request and queues it. 0 means accepted, nothing more. Under the state's lock.</summary>
    public WsReturn Request(PowerState wanted, bool on)
    {
        if (!Available(on).Contains(wanted)) return WsReturn.InvalidState;
        // Switching both redirection features off takes its sessions out of the way, a trick of one viewer.
        bool inSession = _state.Sessions.Count > 0 && (_state.SolEnabled || _state.IderEnabled);
        if (inSession && (wanted is PowerState.CycleOffSoft or PowerState.OffSoft)) return WsReturn.InvalidStateTransition;
        if (_state.Faults.PowerIgnored) return WsReturn.Success;
        return _accepted.Writer.TryWrite(ct => SwitchAsync(wanted, ct)) ? WsReturn.Success : WsReturn.Busy;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_accepted.Writer.TryComplete()) return; // disposed already
        _host.PowerChanged -= RecordPower;
        await _stop.CancelAsync();
        await _loop;
        if (_powerLoss is not null) await _powerLoss.DisposeAsync();
        if (_unreachable is not null) await _unreachable.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (Func<CancellationToken, Task> action in _accepted.Reader.ReadAllAsync(_stop.Token))
            {
                try
                {
                    await action(_stop.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The firmware does not know either why the PC does not come up.
                    Failure = e;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>The state may have changed since the request was accepted; what does not fit any more is dropped, as real power logic does.</summary>
    private async Task SwitchAsync(PowerState wanted, CancellationToken ct)
    {
        switch (wanted)
        {
            case PowerState.On when !_host.IsOn:
                await _host.PowerOnAsync(Starts(fromOff: true), ct);
                break;
            case PowerState.CycleOffSoft when _host.IsOn:
                HostBootSource source = Starts(fromOff: true);
                await _host.PowerOffAsync(ct);
                await _host.PowerOnAsync(source, ct);
                break;
            case PowerState.MasterBusReset when _host.IsOn:
                await _host.ResetAsync(Starts(fromOff: false), ct);
                break;
            case PowerState.OffSoft when _host.IsOn:
                Stops();
                await _host.PowerOffAsync(ct);
                break;
            case PowerState.DiagnosticInterrupt when _host.IsOn:
                await _host.InterruptAsync(ct);
                break;
            // Sleep and everything graceful needs the vendor's program in the PC's system. There is none: accepted, and nothing happens.
            default:
                break;
        }
    }

    /// <summary>Everything that goes with a start is in place before the PC starts.</summary>
    private HostBootSource Starts(bool fromOff)
    {
        lock (_state.Lock)
        {
            _state.PowerRequests++;
            HostBootSource source = _boot.Consume();
            _events.AddProgress(BiosProgress.MemoryInitialization);
            _events.AddProgress(source == HostBootSource.BiosSetup ? BiosProgress.EnteringSetup : BiosProgress.StartingOsBoot);
            if (_state.Faults.UnreachableAfterPower is { } silence) Restart(ref _unreachable, silence, FallSilent);
            if (fromOff && _state.Faults.PowerLossAfterPowerOn is { } loss) Restart(ref _powerLoss, loss, LosePower);
            return source;
        }
    }

    private void Stops()
    {
        lock (_state.Lock)
        {
            _state.PowerRequests++;
            _powerLoss?.Dispose();
            _powerLoss = null;
        }
    }

    private void Restart(ref ITimer? timer, TimeSpan due, Action action)
    {
        timer?.Dispose();
        timer = _state.Time.CreateTimer(_ => action(), null, due, Timeout.InfiniteTimeSpan);
    }

    private void FallSilent()
    {
        lock (_state.Lock) _state.Reachable = false;
    }

    /// <summary>In line with the other actions, so that it never meets a start half done.</summary>
    private void LosePower() => _accepted.Writer.TryWrite(ct => _host.IsOn ? _host.PowerOffAsync(ct) : Task.CompletedTask);

    private void RecordPower()
    {
        bool on = _host.IsOn;
        lock (_state.Lock) _events.AddPower(on);
    }
}
