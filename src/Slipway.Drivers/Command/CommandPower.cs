using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Power;
using Slipway.LabFile;

namespace Slipway.Drivers.Command;

/// <summary>Power by the user's own programs.</summary>
public sealed class CommandPower : IPowerControl
{
    /// <summary>Between off and on, when there is no command for both: what power supplies need to notice.</summary>
    private static readonly TimeSpan OffPause = TimeSpan.FromSeconds(2);

    private readonly string _machine;
    private readonly CommandPowerDescription _power;
    private readonly TimeProvider _time;

    public CommandPower(string machine, CommandPowerDescription power, TimeProvider time)
    {
        _machine = machine;
        _power = power;
        _time = time;
        var possible = new HashSet<PowerAction>();
        if (power.On is not null) possible.Add(PowerAction.On);
        if (power.Off is not null) possible.Add(PowerAction.Off);
        if (power.Cycle is not null || power is { On: not null, Off: not null }) possible.Add(PowerAction.Cycle);
        if (power.Reset is not null) possible.Add(PowerAction.Reset);
        Possible = possible;
    }

    public IReadOnlySet<PowerAction> Possible { get; }

    public async Task<PowerState> GetStateAsync(CancellationToken ct)
    {
        if (_power.Status is not { } status) return PowerState.Unknown;
        ProgramResult result = await ProgramRun.RunAsync(status, _power.Environment, _power.Timeout, _machine, _time, ct);
        return ReadState(result)
            ?? throw new DeviceException("SLP5304",
                $"'{ProgramRun.Name(status)}' for machine '{_machine}' said neither 'on' nor 'off' (exit code {result.ExitCode}, output '{result.Output.Trim()}', errors: {ProgramRun.Tail(result.Errors)})");
    }

    public async Task<PowerState> ApplyAsync(PowerAction action, CancellationToken ct)
    {
        switch (action)
        {
            case PowerAction.On:
                await RunAsync(_power.On!, ct);
                break;
            case PowerAction.Off:
                await RunAsync(_power.Off!, ct);
                break;
            case PowerAction.Reset:
                await RunAsync(_power.Reset!, ct);
                break;
            case PowerAction.Cycle when _power.Cycle is { } cycle:
                await RunAsync(cycle, ct);
                break;
            default:
                await RunAsync(_power.Off!, ct);
                await Task.Delay(OffPause, _time, ct);
                await RunAsync(_power.On!, ct);
                break;
        }
        return await GetStateAsync(ct);
    }

    /// <summary>The last word of the output; without any output, exit code 0 is on and 1 is off. Null when it is neither.</summary>
    internal static PowerState? ReadState(ProgramResult result)
    {
        string[] words = result.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (words.Length > 0 ? words[^1].ToLowerInvariant() : "", result.ExitCode) switch
        {
            ("on", 0) => PowerState.On,
            ("off", 0) => PowerState.Off,
            ("", 0) => PowerState.On,
            ("", 1) when result.Errors.Length == 0 => PowerState.Off,
            _ => null,
        };
    }

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        ProgramResult result = await ProgramRun.RunAsync(command, _power.Environment, _power.Timeout, _machine, _time, ct);
        if (result.ExitCode != 0)
            throw new DeviceException("SLP5303", $"'{ProgramRun.Name(command)}' for machine '{_machine}' ended with exit code {result.ExitCode}: {ProgramRun.Tail(result.Errors)}");
    }
}
