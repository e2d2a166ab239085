using Slipway.Lab.Consoles;
using Slipway.Lab.Machines;
using Slipway.LabFile;

namespace Slipway.Lab.Boots;

/// <summary>One attempt of a machine to come up: its image staged, its console recorded from before power is touched, its timeline kept.</summary>
/// <remarks>The order of <see cref="BeginAsync"/> is the point of this type: stage, console, power. Nothing the machine says or asks is missed.</remarks>
public sealed class MachineBoot : IAsyncDisposable
{
    // The boot's own token may be dead when an override must still be taken back.
    private static readonly TimeSpan ClearDeadline = TimeSpan.FromSeconds(30);

    private readonly Machine _machine;
    private readonly IBootServices _boots;
    private readonly TimeProvider _time;
    private readonly MachineDescription _description;
    private readonly CancellationTokenSource _ending = new();
    private Task _facts = Task.CompletedTask;
    private bool _overridden;

    private MachineBoot(Machine machine, IBootServices boots, Timeline timeline, ConsoleJournal? journal, TimeProvider time)
    {
        _time = time;
        _machine = machine;
        _boots = boots;
        _description = machine.Description;
        Timeline = timeline;
        Journal = journal;
    }

    public Timeline Timeline { get; }

    /// <summary>Null when the machine has no console.</summary>
    public ConsoleJournal? Journal { get; }

    /// <summary>Null when the machine has no console.</summary>
    public ConsoleRecorder? Recorder { get; private set; }

    /// <summary>Makes a boot that has not begun: nothing is staged, opened or switched.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="boots">The boot servers.</param>
    /// <param name="directory">Where the console's record goes.</param>
    /// <param name="time">Clock of the timeline.</param>
    public static MachineBoot Prepare(Machine machine, IBootServices boots, string directory, TimeProvider time)
    {
        ConsoleJournal? journal = machine.Console is null ? null : ConsoleJournal.Create(directory, time);
        return new MachineBoot(machine, boots, new Timeline(time), journal, time);
    }

    /// <summary>Stages the image, opens the console, sets what the machine boots from, then switches it on (or off and on).</summary>
    /// <returns>False when the machine has no power control: it must be switched by hand now.</returns>
    /// <exception cref="DeviceException">A step failed; those after it were not tried.</exception>
    public async Task<bool> BeginAsync(ImageDescription image, CancellationToken ct)
    {
        await _boots.StageAsync(_description, image, Timeline, ct);
        if (_machine.Console is { } console)
        {
            await console.OpenAsync(ct);
            Recorder = ConsoleRecorder.Start(console, Journal!);
        }
        _facts = ForwardFactsAsync();
        if (!_machine.HasPower) return false;
        if (_machine.HasBootOverride)
        {
            // Before it is asked for: a request that was cut off may have been heard.
            _overridden = true;
            await _machine.OverrideBootAsync(Timeline, ct);
        }

        // A machine that is off has nothing to cycle; one whose state cannot be read is cycled to be sure.
        PowerState state = await _machine.GetPowerAsync(ct);
        PowerAction action = state == PowerState.Off && _machine.CanDo(PowerAction.On) ? PowerAction.On
            : _machine.CanDo(PowerAction.Cycle) ? PowerAction.Cycle
            : _machine.CanDo(PowerAction.Reset) ? PowerAction.Reset
            : PowerAction.On;
        PowerState after = await _machine.PowerAsync(action, Timeline, ct);
        if (after is PowerState.Off)
            throw new DeviceException("SLP5004", $"machine '{_machine.Name}' is still off after power {action.ToString().ToLowerInvariant()}; look at its power control and cable");
        return true;
    }

    /// <summary>Stops recording, takes back a boot override that no boot has consumed, and forgets what was staged; the machine's power is left as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        _boots.Clear(_description);
        await _ending.CancelAsync();
        await _facts;
        if (Recorder is not null) await Recorder.DisposeAsync();
        if (_overridden && !Timeline.From(0).Any(e => e.Fact is FirmwareAsked)) await ClearOverrideAsync();
        if (Journal is not null) await Journal.DisposeAsync();
        _ending.Dispose();
    }

    // What stays set would send the next boot, whoever's it is, into the network.
    private async Task ClearOverrideAsync()
    {
        using var deadline = new CancellationTokenSource(ClearDeadline, _time);
        try
        {
            await _machine.ClearBootOverrideAsync(deadline.Token);
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            // The machine cannot be reached: then it does not boot either, and the next boot sets its own.
        }
    }

    private async Task ForwardFactsAsync()
    {
        if (_machine.Facts is not { } facts) return;
        try
        {
            await foreach (BootFact fact in facts.ReadAllAsync(_ending.Token)) Timeline.Append(fact);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
        }
    }
}
