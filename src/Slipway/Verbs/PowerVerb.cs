using System.CommandLine;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway power</c>: switch a machine, and say what was seen afterwards.</summary>
internal static class PowerVerb
{
    private static readonly TimeSpan LeaseLength = TimeSpan.FromMinutes(2);

    public static VerbCommand Build(Cli cli)
    {
        var action = new Argument<string>("ACTION") { Description = "on, off, cycle (off, then on), reset (without loss of power), status" };
        action.AcceptOnlyFromAmong("on", "off", "cycle", "reset", "status");
        Argument<string?> machine = LabEntry.MachineArgument(cli);
        var verb = new VerbCommand("power", "Switch a machine on or off, or see whether it is on")
        {
            Examples =
            [
                ("slipway power cycle vm1", "off, then on; the state is read back"),
                ("slipway power status vm1 --json", "for programs"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "done, and seen to be done"),
                (ExitCode.Usage, "wrong usage or lab file; nothing was touched"),
                (ExitCode.LabFault, "the machine did not obey, or has no power control"),
                (ExitCode.Busy, "the machine is leased to somebody else"),
            ],
        };
        verb.Aliases.Add("pw");
        verb.Add(action);
        verb.Add(machine);
        verb.SetAction((line, ct) =>
        {
            LabDescription lab = cli.Lab(line);
            return SwitchAsync(cli, lab, LabEntry.Machine(cli, lab, line.GetValue(machine)), line.GetRequiredValue(action), cli.Json(line), ct);
        });
        return verb;
    }

    private static async Task<int> SwitchAsync(Cli cli, LabDescription lab, MachineDescription description, string word, bool json, CancellationToken ct)
    {
        bool looksOnly = word == "status";
        await using LabHost host = looksOnly ? LabEntry.Look(cli, lab) : LabEntry.Enter(cli, lab);
        PowerState state;
        if (looksOnly)
        {
            state = await host.Machine(description.Name).GetPowerAsync(ct);
        }
        else
        {
            using (host.Lease(description, $"power {word}", LeaseLength))
            {
                host.PrepareNetwork([description]);
                _ = Words.TryRead(word, out PowerAction action);
                state = await host.Machine(description.Name).PowerAsync(action, null, ct);
            }
        }

        if (json)
        {
            JsonOutput.Write(cli.Terminal, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("machine", description.Name);
                writer.WriteString("state", state.Word());
                writer.WriteEndObject();
            });
        }
        else
        {
            cli.Terminal.Out.WriteLine($"{description.Name}: {state.Word()}");
        }
        return ExitCode.Good;
    }
}
