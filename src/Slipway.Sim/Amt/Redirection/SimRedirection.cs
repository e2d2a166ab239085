namespace Slipway.Sim.Amt.Redirection;

/// <summary>The redirection half of a simulated firmware: what it says on ports 16994, 16995 and 5900. Any number of connections at once, one session of each kind.</summary>
/// <remarks>The PC's UART is read from construction to disposal; while no serial session is open its bytes are lost, as with the real thing.</remarks>
public sealed class SimRedirection : IAsyncDisposable
{
    /// <summary>For everything up to the end of the login.</summary>
    private static readonly TimeSpan LoginDeadline = TimeSpan.FromSeconds(30);

    private readonly FirmwareState _state;
    private readonly ISimulatedHost _host;
    private readonly SerialPump _pump;
    private readonly CancellationTokenSource _stop = new();

    public SimRedirection(FirmwareState state, ISimulatedHost host)
    {
        (_state, _host) = (state, host);
        _pump = new SerialPump(host);
    }

    /// <summary>Serves one accepted connection of port 16994, or of 16995 with its TLS taken off, until either side ends it. Does not close it.</summary>
    /// <remarks>Ends quietly when the connection breaks or <paramref name="ct"/> is cancelled.</remarks>
    public Task ServeAsync(Stream connection, CancellationToken ct) => ServeAsync(new MessageStream(connection, _state), StartAsync, ct);

    /// <summary>Serves one accepted connection of port 5900, which has a password of its own and no session around its RFB. Does not close it.</summary>
    /// <remarks>Ends at once when the port is disabled, has no password, or a KVM session is open.</remarks>
    public Task ServeRfbAsync(Stream connection, CancellationToken ct) => ServeAsync(new MessageStream(connection, _state), StartRfbAsync, ct);

    /// <summary>Ends what is open and stops reading the PC's UART. The host is not disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pump.DisposeAsync();
    }

    private async Task ServeAsync(MessageStream console, Func<MessageStream, CancellationToken, Task> serve, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        await Conversation.RunAsync(stop.Token, over => serve(console, over), DropAtResetAsync);
    }

    private async Task StartAsync(MessageStream console, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(LoginDeadline, _state.Time);
        using var login = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        if (await console.ReadMessageAsync(SessionMessages.Measure, login.Token) is not { } start || start[0] != (byte)SessionMessage.StartRedirectionSession) return;
        SimSessionKind? service = SessionMessages.Service(start);
        if (Reserve(service) is not StartStatus.Success and var status)
        {
            await console.WriteAsync(SessionMessages.StartReply(status, _state.Profile), ct);
            return;
        }
        SimSessionKind kind = service!.Value;
        try
        {
            await console.WriteAsync(SessionMessages.StartReply(StartStatus.Success, _state.Profile), login.Token);
            if (!await new Login(console, _state).RunAsync(login.Token)) return;
            late.CancelAfter(Timeout.InfiniteTimeSpan);
            await RunAsync(kind, console, ct);
        }
        finally
        {
            Release(kind);
        }
    }

    private async Task RunAsync(SimSessionKind kind, MessageStream console, CancellationToken ct)
    {
        switch (kind)
        {
            case SimSessionKind.Sol:
                using (var sol = new SolSession(console, _state, _host, _pump)) await sol.RunAsync(ct);
                break;
            case SimSessionKind.Ider:
                using (var ider = new IderSession(console, _state, _host)) await ider.RunAsync(ct);
                break;
            default:
                await new KvmSession(console, _state, _host).RunAsync(ct);
                break;
        }
    }

    private async Task StartRfbAsync(MessageStream console, CancellationToken ct)
    {
        string? password;
        lock (_state.Lock) password = _state.Profile.Port5900 && _state.Port5900Enabled ? _state.RfbPassword : null;
        if (string.IsNullOrEmpty(password) || Reserve(SimSessionKind.Kvm) != StartStatus.Success) return;
        try
        {
            await new KvmSession(console, _state, _host).RunRfbAsync(password, ct);
        }
        finally
        {
            Release(SimSessionKind.Kvm);
        }
    }

    private StartStatus Reserve(SimSessionKind? kind)
    {
        lock (_state.Lock)
        {
            bool enabled = kind switch
            {
                SimSessionKind.Sol => _state.SolEnabled,
                SimSessionKind.Ider => _state.IderEnabled,
                _ => _state.KvmEnabled,
            };
            return kind is not { } service ? StartStatus.UnknownService
                : !_state.ListenerEnabled || !enabled ? StartStatus.Disabled
                : _state.NeedsConsent(service) ? StartStatus.ConsentRequired
                : _state.Sessions.Add(service) ? StartStatus.Success : StartStatus.Busy;
        }
    }

    private void Release(SimSessionKind kind)
    {
        lock (_state.Lock) _state.Sessions.Remove(kind);
    }

    private async Task DropAtResetAsync(CancellationToken ct)
    {
        using var watch = new ResetWatch(_state, _host);
        int seen = _state.Faults.SessionsDropAtReset ? watch.Stamp : 0;
        if (_state.Faults.SessionsDropAtReset) await watch.WaitAsync(seen, ct);
        else await Task.Delay(Timeout.InfiniteTimeSpan, _state.Time, ct);
    }
}
