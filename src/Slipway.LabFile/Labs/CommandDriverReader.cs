using Slipway.LabFile.Values;

namespace Slipway.LabFile.Labs;

/// <summary>Reads <c>power:</c> and <c>console:</c> with <c>driver: command</c>.</summary>
internal static class CommandDriverReader
{
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostTimeout = TimeSpan.FromHours(1);

    public static CommandPowerDescription? Power(Section section)
    {
        if (!IsCommandDriver(section)) return null;
        var power = new CommandPowerDescription
        {
            On = section.Command("on"),
            Off = section.Command("off"),
            Cycle = section.Command("cycle"),
            Reset = section.Command("reset"),
            Status = section.Command("status"),
            Environment = section.Secrets("env"),
            Timeout = section.Duration("timeout", LeastTimeout, MostTimeout) ?? new CommandPowerDescription().Timeout,
        };
        if (!section.Has("on") && !section.Has("off") && !section.Has("cycle") && !section.Has("reset"))
            section.Surroundings.Problems.Add(
                section.Place,
                ProblemCode.NoPowerCommand,
                $"{section.What} can switch nothing: give it 'on' and 'off', 'cycle' or 'reset'");
        section.RejectUnknown();
        return power;
    }

    public static CommandConsoleDescription? Console(Section section)
    {
        if (!IsCommandDriver(section)) return null;
        var command = section.Command("command");
        var environment = section.Secrets("env");
        section.Require("command", "say which program's output is the console");
        section.RejectUnknown();
        return command is null ? null : new CommandConsoleDescription { Command = command, Environment = environment };
    }

    // Another driver's keys would all be unknown here; one message about the driver says it.
    private static bool IsCommandDriver(Section section) =>
        section.Require("driver", "this version has 'driver: command'") && section.Word("driver", LegalWords.Drivers) is not null;
}
