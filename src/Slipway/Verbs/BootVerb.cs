using System.CommandLine;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway boot</c>: stage, switch on, show; no verdict.</summary>
internal static class BootVerb
{
    public static VerbCommand Build(Cli cli)
    {
        Argument<string?> machine = LabEntry.MachineArgument(cli);
        var image = new Option<string?>("--image") { Description = "The image; default: the machine's own", HelpName = "IMAGE" };
        cli.Completes(image, _ => cli.LoadLab(null).Images.Keys);
        var off = new Option<bool>("--off") { Description = "Switch the machine off when this ends; otherwise it is left on" };
        var verb = new VerbCommand("boot", "Boot a machine and show what happens, until Ctrl-C; no verdict")
        {
            Examples =
            [
                ("slipway boot vm1", "its own image; timeline and console until Ctrl-C"),
                ("slipway boot vm1 --image linux --off", "another image; switched off at the end"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "ended by Ctrl-C"),
                (ExitCode.Usage, "wrong usage or lab file; nothing was touched"),
                (ExitCode.LabFault, "a loader is missing, or the machine did not obey"),
                (ExitCode.Busy, "the machine, or the lab's network, is leased to somebody else"),
                (ExitCode.NotAllowed, "this user may not open the boot servers' ports"),
            ],
        };
        verb.Add(machine);
        verb.Add(image);
        verb.Add(off);
        verb.SetAction((line, ct) =>
        {
            LabDescription lab = cli.Lab(line);
            MachineDescription description = LabEntry.Machine(cli, lab, line.GetValue(machine));
            return BootAsync(cli, lab, description, LabEntry.Image(lab, description, line.GetValue(image)), line.GetValue(off), cli.Json(line), ct);
        });
        return verb;
    }

    private static async Task<int> BootAsync(Cli cli, LabDescription lab, MachineDescription description, ImageDescription image, bool off, bool json, CancellationToken ct)
    {
        await using LabHost host = LabEntry.Enter(cli, lab);
        using IDisposable lease = host.Lease(description, "slipway boot", TimeSpan.FromHours(1));
        host.StartBootServers();

        string directory = Path.Combine(host.Places.StateDirectory, "boots", description.Name);
        Directory.CreateDirectory(directory);
        MachineBoot boot = host.Boot(description, directory);
        var output = new LiveOutput(cli.Terminal.Out, cli.Terminal.IsLive);
        var follower = new RunFollower(output, "", json ? description.Name : null);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task timeline = follower.FollowTimelineAsync(boot.Timeline, ending.Token);
        Task console = boot.Journal is { } journal ? follower.FollowConsoleAsync(journal, ending.Token) : Task.CompletedTask;
        try
        {
            if (!await boot.BeginAsync(image, ct) && !json) output.Note("", $"machine '{description.Name}' has no power control: switch it on (or reset it) by hand now");
            Task vanished = host.Machine(description.Name).Vanished;
            if (await Task.WhenAny(vanished, timeline) == vanished)
                throw new DeviceException("SLP5005", $"machine '{description.Name}' is gone: {await host.Machine(description.Name).Vanished}");
            await timeline;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Ctrl-C is how this verb ends.
        }
        finally
        {
            await ending.CancelAsync();
            await ((Task)Task.WhenAll(timeline, console)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.EndLine();
            if (off) await host.Machine(description.Name).PowerAsync(PowerAction.Off, boot.Timeline, CancellationToken.None);
            await boot.DisposeAsync();
        }
        return ExitCode.Good;
    }
}
