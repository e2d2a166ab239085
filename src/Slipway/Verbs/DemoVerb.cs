using System.CommandLine;
using Slipway.Drivers.VirtualNetwork;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Hosts;
using Slipway.Verbs.Sim;

namespace Slipway.Verbs;

/// <summary><c>slipway demo</c>: a lab of virtual machines on this computer, netbooted and judged.</summary>
internal static class DemoVerb
{
    private const string LabFileName = "lab.yaml";
    private const string RunFileName = "demo.run.yaml";
    private const string AmtLabFileName = "amt.lab.yaml";
    private const string AmtRunFileName = "amt.run.yaml";
    private const string AmtMachine = "vpro";

    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("demo", "Netboot two kernels on virtual machines of this computer, and judge them")
        {
            Examples =
            [
                ("slipway demo", "the sample multiboot2 kernel and a Debian Linux, each from power-on to verdict"),
                ("slipway demo --amt", "on simulated Intel AMT firmware: power on over WS-Management, network boot, console over serial over LAN, screen shot, verdict"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "both passed"),
                (ExitCode.Failed, "a kernel failed"),
                (ExitCode.Usage, "the samples are not built, or a package is missing"),
                (ExitCode.LabFault, "the lab's own trouble"),
            ],
        };
        var amt = new Option<bool>("--amt") { Description = "On a virtual machine behind simulated Intel AMT firmware" };
        verb.Add(amt);
        verb.SetAction((line, ct) =>
        {
            string samples = FindSamples();
            if (line.GetValue(amt)) return RunAmtAsync(cli, samples, cli.Json(line), ct);
            LabDescription lab = cli.LoadLab(Path.Combine(samples, LabFileName));
            IReadOnlyList<RunDescription> runs = RunFileReader.Read(Path.Combine(samples, "runs", RunFileName), lab, cli.Environment);
            return RunVerb.RunAsync(cli, lab, runs, jobs: 1, quiet: false, cli.Json(line), ct);
        });
        return verb;
    }

    private static async Task<int> RunAmtAsync(Cli cli, string samples, bool json, CancellationToken ct)
    {
        LabDescription lab = cli.LoadLab(Path.Combine(samples, AmtLabFileName));
        IReadOnlyList<RunDescription> runs = RunFileReader.Read(Path.Combine(samples, "runs", AmtRunFileName), lab, cli.Environment);
        MachineDescription machine = lab.Machines[AmtMachine];
        await using LabHost host = LabEntry.Enter(cli, lab);
        host.PrepareNetwork([machine]);
        var options = new SimAmtOptions { Profile = AmtProfile.Find("12")!, Password = machine.Amt!.Password.Reveal() };
        (QemuHost vm, MachinePort port) = await SimAmtVerb.PlugAsync(cli, host, machine, ct);
        using (port)
        await using (vm)
        await using (SimAmtMachine firmware = SimAmtMachine.Start(SimAmtVerb.At(machine, options), vm, cli.Time))
        {
            if (!json) cli.Terminal.Out.WriteLine($"simulated AMT {options.Profile.Version} on {machine.Amt.Host}, base port {firmware.BasePort}, in front of a virtual machine");
            return await RunVerb.RunAsync(cli, lab, runs, jobs: 1, quiet: false, json, ct);
        }
    }

    // Beside the executable when installed; two levels up in a checkout, where it is out/slipway.
    private static string FindSamples()
    {
        string here = Path.GetDirectoryName(Environment.ProcessPath) ?? ".";
        string[] places = [Path.Combine(here, "samples"), Path.Combine(here, "..", "samples"), Path.Combine(here, "..", "share", "slipway", "samples")];
        return places.Select(Path.GetFullPath).FirstOrDefault(p => File.Exists(Path.Combine(p, LabFileName)))
            ?? throw new UsageException("SLP7113", $"the samples are not beside this program (looked in {string.Join(", ", places.Select(Path.GetFullPath))}); run ./try in a checkout");
    }
}
