using System.CommandLine;
using System.Text.Json;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;
using Slipway.Storage.Artifacts;

namespace Slipway.Verbs;

/// <summary><c>slipway run</c>: the main job. A run file or flags, a machine, a verdict.</summary>
internal static class RunVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var file = new Argument<string?>("FILE") { Description = "A run file; several documents in it are a suite", Arity = ArgumentArity.ZeroOrOne };
        var machine = new Option<string?>("--machine", "-m") { Description = "The machine; default: $SLIPWAY_MACHINE, or the only one", HelpName = "MACHINE" };
        cli.Completes(machine, _ => cli.LoadLab(null).Machines.Keys);
        var image = new Option<string?>("--image") { Description = "An image of the lab; default: the machine's own", HelpName = "IMAGE" };
        cli.Completes(image, _ => cli.LoadLab(null).Images.Keys);
        var kernel = new Option<string?>("--kernel") { Description = "A kernel file, instead of an image of the lab", HelpName = "FILE" };
        var protocol = new Option<string?>("--protocol") { Description = "How it is loaded: linux, multiboot, multiboot2; default: seen from the file", HelpName = "PROTOCOL" };
        var arguments = new Option<string?>("--args") { Description = "Its command line", HelpName = "TEXT" };
        var initrd = new Option<string[]>("--initrd") { Description = "An initial RAM disk (Linux); may be repeated", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var module = new Option<string[]>("--module") { Description = "A boot module (multiboot), 'FILE ARGS'; may be repeated", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var loader = new Option<string?>("--loader") { Description = "The loaders to go through, such as pxelinux,ipxe,grub; default: the shortest chain", HelpName = "LIST" };
        var expect = new Option<string[]>("--expect") { Description = "A regular expression the console must show; may be repeated, in order", HelpName = "RE", DefaultValueFactory = _ => [] };
        var within = new Option<string?>("--within") { Description = "Time for each --expect, such as 60s or 2m", HelpName = "TIME" };
        var silence = new Option<string?>("--silence") { Description = "No byte for this long after output means hung", HelpName = "TIME" };
        var devicetree = new Option<string?>("--devicetree") { Description = "A device tree (Linux on arm64)", HelpName = "FILE" };
        var needs = new Option<string[]>("--needs") { Description = "A tag; any machine that has them all will do; may be repeated", HelpName = "TAG", DefaultValueFactory = _ => [] };
        var crash = new Option<string[]>("--crash") { Description = "A line like this is a crash, besides those built in; may be repeated", HelpName = "RE", DefaultValueFactory = _ => [] };
        var fail = new Option<string[]>("--fail") { Description = "A line like this is a failure; may be repeated", HelpName = "RE", DefaultValueFactory = _ => [] };
        var reports = new Option<string?>("--reports") { Description = "Test reports to read: auto (default), none, tap, ktap, sotest, lava, wvtest", HelpName = "KIND" };
        var retry = new Option<string?>("--retry") { Description = "How often a lab-fault is tried again, 0 (default) to 10", HelpName = "TIMES" };
        var artifact = new Option<string[]>("--artifact") { Description = "Files kept with the run, such as 'results/*.xml'; may be repeated", HelpName = "GLOB", DefaultValueFactory = _ => [] };
        var after = new Option<string?>("--after") { Description = "How the machine is left: off (default), leave, reset", HelpName = "STATE" };
        var name = new Option<string?>("--name") { Description = "The run's name; default: the image's", HelpName = "NAME" };
        var jobs = new Option<int>("--jobs", "-j") { Description = "How many machines at the same time (a suite)", HelpName = "N", DefaultValueFactory = _ => 1 };
        jobs.Validators.Add(value =>
        {
            if (value.Tokens is [var token] && !(int.TryParse(token.Value, out int n) && n is > 0 and <= 500)) value.AddError($"--jobs needs a number from 1 to 500, found '{token.Value}'");
        });
        var quiet = new Option<bool>("--quiet", "-q") { Description = "The verdict only, no console and no timeline" };

        var verb = new VerbCommand("run", "Boot an image on a machine, watch it, judge it")
        {
            Examples =
            [
                ("slipway run smoke.run.yaml", "a run file"),
                ("slipway run -m vm1 --expect 'booted in [0-9]+ ms' --within 60s", "the machine's own image, by flags"),
                ("slipway run -m vm1 --kernel bzImage --initrd root.cpio.gz --args console=ttyS0 --expect login:", "a kernel of this moment"),
                ("slipway run suite.run.yaml -j 4 --json", "a suite on four machines at once, for programs"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "passed"),
                (ExitCode.Failed, "failed, crashed or reset: the kernel's own trouble"),
                (ExitCode.Usage, "wrong usage, lab file or run file, or a kernel that is not there; nothing was touched"),
                (ExitCode.LabFault, "lab-fault: power, cable, loader, file: never the kernel's"),
                (ExitCode.Busy, "the machine, or the lab's network, is leased to somebody else"),
                (ExitCode.NotAllowed, "this user may not open the boot servers' ports"),
                (ExitCode.Timeout, "timeout, silent or hung"),
                (ExitCode.Cancelled, "cancelled; the machine is left as 'after' says"),
            ],
        };
        verb.Add(file);
        foreach (Option option in new Option[] { machine, image, kernel, protocol, arguments, initrd, module, devicetree, loader, needs, expect, within, silence, crash, fail, reports, retry, artifact, after, name, jobs, quiet }) verb.Add(option);
        verb.SetAction((line, ct) =>
        {
            LabDescription lab = cli.Lab(line);
            var flags = new RunFlags
            {
                Name = line.GetValue(name),
                Machine = line.GetValue(machine),
                Image = line.GetValue(image),
                Kernel = line.GetValue(kernel),
                Protocol = line.GetValue(protocol),
                Args = line.GetValue(arguments),
                Initrd = line.GetValue(initrd) ?? [],
                Modules = line.GetValue(module) ?? [],
                Loader = Loaders(line.GetValue(loader)),
                Expect = line.GetValue(expect) ?? [],
                Within = line.GetValue(within),
                Silence = line.GetValue(silence),
                DeviceTree = line.GetValue(devicetree),
                Needs = line.GetValue(needs) ?? [],
                Crash = line.GetValue(crash) ?? [],
                Fail = line.GetValue(fail) ?? [],
                Reports = line.GetValue(reports),
                Retry = line.GetValue(retry),
                Artifacts = line.GetValue(artifact) ?? [],
                After = line.GetValue(after),
            };
            return RunAsync(cli, lab, Runs(cli, lab, line.GetValue(file), flags), line.GetValue(jobs), line.GetValue(quiet), cli.Json(line), ct);
        });
        return verb;
    }

    /// <summary>Runs them and prints; the worst exit code counts.</summary>
    public static async Task<int> RunAsync(
        Cli cli, LabDescription lab, IReadOnlyList<RunDescription> runs, int jobs, bool quiet, bool json, CancellationToken ct)
    {
        IReadOnlyList<PlannedRun> planned = Suite.Plan(lab, runs);
        await using LabHost host = LabEntry.Enter(cli, lab);
        // The database and the ports open side by side, and while the machine's own process starts.
        Task<IRunStore> store = host.RunsAsync();
        Task serving = host.BeginBootServers(planned.SelectMany(p => p.Machines).Distinct());
        await store;

        var output = new LiveOutput(cli.Terminal.Out, cli.Terminal.IsLive);
        bool several = jobs > 1 && planned.Count > 1;
        SuiteResult[] results = await Suite.RunAsync(
            host, planned, jobs,
            (machine, events) => quiet || json
                ? DrainAsync(events)
                : new RunFollower(output, several ? machine.Name + "| " : "").FollowAsync(events, CancellationToken.None),
            ct);
        output.EndLine();
        // What kept the ports closed is an error of its own, with its own exit code.
        await serving;

        int worst = ExitCode.Good;
        foreach (SuiteResult result in results)
        {
            if (result.Run is { } run)
            {
                worst = Math.Max(worst, run.ExitCode ?? ExitCode.LabFault);
                if (json) WriteJson(cli.Terminal, run);
                else PrintVerdict(cli.Terminal, run);
            }
            else
            {
                worst = Math.Max(worst, ExitCode.Cancelled);
                if (!json) cli.Terminal.Out.WriteLine($"{cli.Terminal.Odd("not begun")}: {result.Planned.Run.Name}");
            }
        }
        return worst;
    }

    private static IReadOnlyList<RunDescription> Runs(Cli cli, LabDescription lab, string? file, RunFlags flags)
    {
        var warnings = new List<FileProblem>();
        IReadOnlyList<RunDescription> runs = Runs(cli, lab, file, flags, warnings);
        foreach (FileProblem warning in warnings) cli.Terminal.Error.WriteLine(warning);
        return runs;
    }

    /// <summary>The loaders of a comma-separated list.</summary>
    public static IReadOnlyList<string> Loaders(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    // Whether the flags say anything that a run file says, too.
    private static bool Describe(RunFlags flags) =>
        new[] { flags.Name, flags.Image, flags.Kernel, flags.Protocol, flags.Args, flags.Within, flags.Silence, flags.After, flags.DeviceTree, flags.Reports, flags.Retry }.Any(f => f is not null)
        || flags.Initrd.Count + flags.Modules.Count + flags.Loader.Count + flags.Expect.Count
            + flags.Needs.Count + flags.Crash.Count + flags.Fail.Count + flags.Artifacts.Count > 0;

    private static IReadOnlyList<RunDescription> Runs(Cli cli, LabDescription lab, string? file, RunFlags flags, List<FileProblem> warnings)
    {
        string? machine = flags.Machine ?? cli.Environment("SLIPWAY_MACHINE");
        if (file is null)
        {
            if (flags.Needs.Count == 0) flags = flags with { Machine = LabEntry.Machine(cli, lab, machine).Name };
            return [RunFlagsReader.Read(flags, lab, Environment.CurrentDirectory, cli.Environment, warnings)];
        }
        if (Describe(flags))
            throw new UsageException("SLP7107", "a run file and flags that describe a run do not go together; with a file only --machine, --jobs, --quiet and --json may be given");
        string? fallback = machine ?? (lab.Machines.Count == 1 ? lab.Machines.Keys.First() : null);
        IReadOnlyList<RunDescription> runs = RunFileReader.Read(file, lab, cli.Environment, fallback, warnings);
        if (flags.Machine is null) return runs;
        string name = LabEntry.Machine(cli, lab, flags.Machine).Name;
        return [.. runs.Select(run => run with { Machine = name, Needs = [] })];
    }

    private static async Task DrainAsync(System.Threading.Channels.ChannelReader<RunEvent> events)
    {
        await foreach (RunEvent _ in events.ReadAllAsync())
        {
        }
    }

    private static void PrintVerdict(Terminal terminal, RunRecord run)
    {
        string tests = run.TestsPassed + run.TestsFailed + run.TestsSkipped > 0
            ? $" ({run.TestsPassed} tests passed, {run.TestsFailed} failed, {run.TestsSkipped} skipped)"
            : "";
        string verdict = run.Verdict?.Word() ?? run.State.Word();
        terminal.Out.WriteLine($"run {run.Id} {run.Name} on {run.Machine}: {FactText.Paint(run.Verdict, terminal)(verdict)}: {run.Reason}{tests}");
    }

    private static void WriteJson(Terminal terminal, RunRecord run)
    {
        var files = new RunFiles(run.Directory);
        IReadOnlyList<TimelineEntry> timeline = files.ReadTimeline() ?? [];
        IReadOnlyList<ReportedTest> tests = ReportedTest.Read(files.PathOf(RunDirectory.JUnit));
        JsonOutput.Write(terminal, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("id", run.Id);
            json.WriteString("run", run.Name);
            json.WriteString("machine", run.Machine);
            json.WriteString("image", run.Image);
            json.WriteString("verdict", run.Verdict?.Word());
            json.WriteNumber("exitCode", run.ExitCode ?? ExitCode.LabFault);
            json.WriteString("reason", run.Reason);
            json.WriteString("directory", run.Directory);
            json.WriteNumber("attempt", run.Attempt);
            json.WritePropertyName("timeline");
            JsonSerializer.Serialize(json, timeline, LabJson.Default.IReadOnlyListTimelineEntry);
            RunPrinter.WriteTests(json, tests);
            json.WriteEndObject();
        });
    }
}
