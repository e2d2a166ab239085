using Slipway.Lab.Consoles;
using Slipway.Lab.Machines;
using Slipway.LabFile;

namespace Slipway.Lab.Boots;

/// <summary>One attempt of a machine to come up: its image staged, its console recorded from before power is touched, its timeline kept.</summary>
/// <remarks>The order of <see cref="BeginAsync"/> is the point of this type: stage, console, power. Nothing the machine says or asks is missed.</remarks>
public sealed class MachineBoot : IAsyncDisposable
{
    private readonly Machine _machine;
    private readonly IBootServices _boots;
    private readonly MachineDescription _description;

    private MachineBoot(Machine machine, IBootServices boots, Timeline timeline, ConsoleJournal? journal)
    {
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
        return new MachineBoot(machine, boots, new Timeline(time), journal);
    }

    /// <summary>Stages the image, opens the console, then switches the machine on (or off and on).</summary>
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
        if (!_machine.HasPower) return false;

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

    /// <summary>Stops recording and forgets what was staged; the machine itself is left as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        _boots.Clear(_description);
        if (Recorder is not null) await Recorder.DisposeAsync();
        if (Journal is not null) await Journal.DisposeAsync();
    }
}
