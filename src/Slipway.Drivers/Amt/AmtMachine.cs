using System.Threading.Channels;
using Slipway.Amt;
using Slipway.Amt.Boot;
using Slipway.Amt.Power;
using Slipway.Amt.WsMan;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Machines;
using Slipway.Lab.Power;
using Slipway.LabFile;

namespace Slipway.Drivers.Amt;

/// <summary>A machine with Intel AMT: power and boot override over its web service, console over serial over LAN, screen over KVM.</summary>
/// <remarks>Power, override and screen are called by the machine's loop, one at a time; the console by its recorder.</remarks>
public sealed class AmtMachine : IMachineDriver, IPowerControl, IBootOverride
{
    private static readonly TimeSpan PowerDeadline = TimeSpan.FromSeconds(60);

    /// <summary>The receive time-out of a session, after which firmware frees it by itself, and a little.</summary>
    private static readonly TimeSpan SessionsLinger = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan SessionPoll = TimeSpan.FromMilliseconds(300);

    // Nobody reads facts between boots; the newest say how the machine is now.
    private const int KeptFacts = 64;

    private readonly MachineDescription _machine;
    private readonly TimeProvider _time;
    private readonly WsManClient _wsman;
    private readonly AmtPower _power;
    private readonly AmtBoot _boot;
    private readonly Channel<BootFact> _facts = Channel.CreateBounded<BootFact>(new BoundedChannelOptions(KeptFacts) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly AmtConsole _console;
    private readonly AmtScreen _screen;

    /// <param name="machine">A machine with <see cref="MachineDescription.Amt"/>.</param>
    /// <param name="memory">What earlier contacts with the host found.</param>
    /// <param name="time">Clock.</param>
    public AmtMachine(MachineDescription machine, IAmtHostMemory memory, TimeProvider time)
    {
        _machine = machine;
        _time = time;
        var transport = new AmtTransport(EndpointOf(machine.Amt!), time, memory);
        _wsman = new WsManClient(transport, time);
        _power = new AmtPower(_wsman, time);
        _boot = new AmtBoot(_wsman);
        _console = new AmtConsole(machine.Name, transport, _power, _facts.Writer, time);
        _screen = new AmtScreen(machine.Name, transport, time);
    }

    public IPowerControl Power => this;

    public IConsoleTransport Console => _console;

    public IMachineScreen Screen => _screen;

    public IBootOverride? BootOverride => _machine.Amt!.BootOrder == AmtBootOrder.PxeOnce ? this : null;

    public ChannelReader<BootFact> Facts => _facts.Reader;

    /// <summary>Never: a machine that cannot be reached may come back.</summary>
    public Task<string> Vanished { get; } = new TaskCompletionSource<string>().Task;

    public IReadOnlySet<PowerAction> Possible { get; } = new HashSet<PowerAction> { PowerAction.On, PowerAction.Off, PowerAction.Cycle, PowerAction.Reset };

    /// <summary>Where a machine's firmware is, as its lab file says.</summary>
    public static AmtEndpoint EndpointOf(AmtDescription amt) => new()
    {
        Host = amt.Host,
        User = amt.User,
        Password = amt.Password.Reveal(),
        Tls = amt.Tls switch { AmtTlsUse.Yes => AmtTls.On, AmtTlsUse.No => AmtTls.Off, _ => AmtTls.Auto },
        BasePort = amt.Port,
        CertificateSha256 = amt.Certificate,
        TrustedAuthorityFile = amt.Authority,
        AcceptAnyCertificate = amt.AnyCertificate,
        AllowOldTls = amt.OldTls,
        AllowPlainTextLogin = amt.PlainLogin,
    };

    public Task<PowerState> GetStateAsync(CancellationToken ct) => GuardAsync(async () => StateOf(await _power.GetAsync(ct)));

    public Task<PowerState> ApplyAsync(PowerAction action, CancellationToken ct) => GuardAsync(async () =>
    {
        AmtPowerStatus now = await _power.GetAsync(ct);
        bool isOff = now.State != AmtPowerState.On;
        switch (action)
        {
            case PowerAction.On when !isOff:
                return StateOf(now);
            case PowerAction.Off when now.State == AmtPowerState.Off:
                return PowerState.Off;
            case PowerAction.Off:
                // Refused while serial over LAN is open: it is closed around the loss of power.
                return await _console.WithoutSessionAsync(() => SwitchOffAsync(ct), ct);
            case PowerAction.Reset when isOff:
                throw new DeviceException("SLP3020", $"machine '{_machine.Name}' is {now.State.ToString().ToLowerInvariant()}: there is nothing to reset; switch it on");
            case PowerAction.On or PowerAction.Cycle when isOff:
                return await ChangeAsync(AmtPowerRequest.On, ct);
            case PowerAction.Cycle when !_console.IsOpen:
                return await ChangeAsync(AmtPowerRequest.CycleOff, ct);
            default:
                // A reset keeps the session: a cycle would be refused with it, and without it the first lines would be lost.
                return await ChangeAsync(AmtPowerRequest.Reset, ct);
        }
    });

    public Task<string> SetNetworkOnceAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        AmtBootOverrideResult result = await _boot.SetOverrideAsync(new AmtBootOverride { Target = AmtBootTarget.Pxe, UseSol = true }, ct);
        return string.Join("; ", result.Notes);
    });

    public Task ClearAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        await _boot.ClearAsync(ct);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        await _wsman.DisposeAsync();
        _facts.Writer.TryComplete();
    }

    internal static DeviceException Explain(string machine, AmtException e) => new(e.Code, $"machine '{machine}', AMT: {e.Explanation}", e);

    private async Task<PowerState> ChangeAsync(AmtPowerRequest request, CancellationToken ct)
    {
        _console.ExpectPower(isOff: request == AmtPowerRequest.Off);
        return StateOf(await _power.ChangeAsync(request, PowerDeadline, ct));
    }

    // A session that was closed a moment ago (ours, or a screen shot's) may still stand in the firmware's way; one that was killed does for its receive time-out.
    private async Task<PowerState> SwitchOffAsync(CancellationToken ct)
    {
        long begun = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ChangeAsync(AmtPowerRequest.Off, ct);
            }
            catch (AmtException e) when (e.Problem == AmtProblem.Refused && _time.GetElapsedTime(begun) < SessionsLinger)
            {
                await Task.Delay(SessionPoll, _time, ct);
            }
        }
    }

    private static PowerState StateOf(AmtPowerStatus status) => status.State switch
    {
        AmtPowerState.On => PowerState.On,
        AmtPowerState.Off or AmtPowerState.Hibernate => PowerState.Off,
        AmtPowerState.Sleep => PowerState.Paused,
        _ => PowerState.Unknown,
    };

    private async Task<T> GuardAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (AmtException e)
        {
            throw Explain(_machine.Name, e);
        }
    }
}
