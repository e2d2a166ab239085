using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Power;

/// <summary>Power of the machine around the firmware: CIM_AssociatedPowerManagementService, CIM_PowerManagementService, IPS_PowerManagementService.</summary>
/// <remarks>A 0 from the firmware only says that it heard; whatever is asked for here is read back.</remarks>
public sealed class AmtPower(IWsMan wsman, TimeProvider time)
{
    private const string StatusClass = "CIM_AssociatedPowerManagementService";
    private const string ServiceClass = "CIM_PowerManagementService";
    private const string IdleClass = "IPS_PowerManagementService";

    /// <summary>IPS_PowerManagementService.OSPowerSavingState.</summary>
    private const int OsFullPower = 2;
    private const int OsSaving = 3;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>After a reset was accepted, the machine is looked at once more when so much has passed.</summary>
    private static readonly TimeSpan ResetSettles = TimeSpan.FromSeconds(1);

    // Whether this firmware has IPS_PowerManagementService is asked once.
    private bool _hasIdle = true;

    /// <summary>Reads the state.</summary>
    public async Task<AmtPowerStatus> GetAsync(CancellationToken ct)
    {
        XElement status = await wsman.GetAsync(StatusClass, ct);
        int raw = (int)(status.Number("PowerState") ?? 0);
        AmtPowerState state = StateOf(raw);
        IReadOnlyList<AmtPowerRequest> told =
        [
            .. status.Texts("AvailableRequestedPowerStates").Select(t => int.TryParse(t, out int number) ? (AmtPowerRequest)number : default).Where(r => Enum.IsDefined(r)).Distinct(),
        ];
        bool isIdle = state == AmtPowerState.On && await IsIdleAsync(ct);
        return new AmtPowerStatus(state, raw, told.Count > 0 ? told : Possible(state), isIdle);
    }

    /// <summary>Asks for a change. That it was heard is all this says.</summary>
    /// <exception cref="AmtException">PowerNotReached: not possible from the state the machine is in. Refused: the firmware said no.</exception>
    public async Task RequestAsync(AmtPowerRequest request, CancellationToken ct)
    {
        AmtPowerStatus now = await GetAsync(ct);
        // The firmware's list decides where it has one; it leaves out what it would refuse.
        if (!now.Available.Contains(request) && !Possible(now.State).Contains(request))
        {
            throw new AmtException(
                AmtProblem.PowerNotReached,
                $"{wsman.Host}: the machine is {Word(now.State)}, from where {Word(request)} is not possible (possible: {string.Join(", ", now.Available.Select(Word))})");
        }
        await SendAsync(request, ct);
    }

    /// <summary>Asks for a change and reads back until it has come.</summary>
    /// <param name="request">What.</param>
    /// <param name="within">How long it may take.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>The state that was reached.</returns>
    /// <exception cref="AmtException">As <see cref="RequestAsync"/>; PowerNotReached with the last state seen when it did not come.</exception>
    public async Task<AmtPowerStatus> ChangeAsync(AmtPowerRequest request, TimeSpan within, CancellationToken ct)
    {
        await RequestAsync(request, ct);
        // Plain power-on does not wake a system that idles, although it is accepted.
        if (request == AmtPowerRequest.On) await WakeAsync(ct);
        AmtPowerState wanted = request switch
        {
            AmtPowerRequest.Off or AmtPowerRequest.OffGraceful => AmtPowerState.Off,
            AmtPowerRequest.Sleep => AmtPowerState.Sleep,
            AmtPowerRequest.Hibernate => AmtPowerState.Hibernate,
            _ => AmtPowerState.On,
        };
        long begun = time.GetTimestamp();
        if (request is AmtPowerRequest.Reset or AmtPowerRequest.CycleOff or AmtPowerRequest.ResetGraceful) await Task.Delay(ResetSettles, time, ct);
        while (true)
        {
            AmtPowerStatus now = await GetAsync(ct);
            if (now.State == wanted) return now;
            if (time.GetElapsedTime(begun) >= within)
            {
                throw new AmtException(
                    AmtProblem.PowerNotReached,
                    $"{wsman.Host}: {Word(request)} was accepted, and after {within.TotalSeconds:0} s the machine is still {Word(now.State)} (power state {now.RawState}); look at it, and at its power supply");
            }
            await Task.Delay(Poll, time, ct);
        }
    }

    private async Task SendAsync(AmtPowerRequest request, CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(ServiceClass);
        // Schema order: firmware takes PowerState before ManagedElement only.
        XElement output = await wsman.InvokeAsync(
            ServiceClass, "RequestPowerStateChange",
            [new XElement(space + "PowerState", (int)request), ManagedSystem(space + "ManagedElement")], ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result == AmtReturnValue.Success) return;
        string why = request is AmtPowerRequest.Off or AmtPowerRequest.CycleOff
            ? "; a serial-over-LAN, KVM or IDE redirection session may be open: close it, or use reset, which needs no power loss"
            : "";
        AmtException refusal = AmtReturnValue.Refusal(wsman.Host, "power " + Word(request), result);
        throw new AmtException(refusal.Problem, refusal.Explanation + why) { ReturnValue = result };
    }

    private async Task<bool> IsIdleAsync(CancellationToken ct)
    {
        if (!_hasIdle) return false;
        try
        {
            return (await wsman.GetAsync(IdleClass, ct)).Number("OSPowerSavingState") == OsSaving;
        }
        catch (AmtException e) when (e.Problem is AmtProblem.FeatureAbsent or AmtProblem.Fault)
        {
            _hasIdle = false;
            return false;
        }
    }

    private async Task WakeAsync(CancellationToken ct)
    {
        if (!await IsIdleAsync(ct)) return;
        XNamespace space = WsManNames.Resource(IdleClass);
        await wsman.InvokeAsync(
            IdleClass, "RequestOSPowerSavingStateChange", [new XElement(space + "OSPowerSavingState", OsFullPower), ManagedSystem(space + "ManagedElement")], ct);
    }

    private static XElement ManagedSystem(XName name) =>
        WsManNames.Reference(name, "CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", "ManagedSystem"));

    // 2 on, 3 and 4 sleep, 7 hibernate, 6 8 9 12 13 off, as told by various releases.
    private static AmtPowerState StateOf(int raw) => raw switch
    {
        2 => AmtPowerState.On,
        3 or 4 => AmtPowerState.Sleep,
        7 => AmtPowerState.Hibernate,
        6 or 8 or 9 or 12 or 13 => AmtPowerState.Off,
        _ => AmtPowerState.Unknown,
    };

    // For releases that tell no list: what every one of them can do.
    private static AmtPowerRequest[] Possible(AmtPowerState state) => state switch
    {
        AmtPowerState.On => [AmtPowerRequest.CycleOff, AmtPowerRequest.Off, AmtPowerRequest.Reset],
        AmtPowerState.Sleep => [AmtPowerRequest.On, AmtPowerRequest.Off],
        AmtPowerState.Hibernate => [AmtPowerRequest.On, AmtPowerRequest.Off],
        AmtPowerState.Off => [AmtPowerRequest.On],
        _ => [AmtPowerRequest.On, AmtPowerRequest.CycleOff, AmtPowerRequest.Off, AmtPowerRequest.Reset],
    };

    private static string Word(AmtPowerState state) => state.ToString().ToLowerInvariant();

    private static string Word(AmtPowerRequest request) => request switch
    {
        AmtPowerRequest.CycleOff => "cycle",
        AmtPowerRequest.Interrupt => "nmi",
        AmtPowerRequest.OffGraceful => "off-graceful",
        AmtPowerRequest.ResetGraceful => "reset-graceful",
        _ => request.ToString().ToLowerInvariant(),
    };
}
