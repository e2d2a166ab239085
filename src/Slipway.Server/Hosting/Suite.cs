using System.Threading.Channels;
using Slipway.Lab.Runs;
using Slipway.LabFile;

namespace Slipway.Server.Hosting;

/// <summary>One run of a suite with the machine and image it will use, settled before anything is touched.</summary>
public sealed record PlannedRun(RunDescription Run, IReadOnlyList<MachineDescription> Machines, IReadOnlyList<ImageDescription> Images);

/// <summary>How one run of a suite ended.</summary>
/// <param name="Run">As stored; null when it was never begun because the suite was cancelled.</param>
public sealed record SuiteResult(PlannedRun Planned, RunRecord? Run);

/// <summary>Several runs, one after the other or several machines at once; no machine has two at a time.</summary>
public sealed class Suite
{
    // A follower that cannot keep up loses notices of its own, never the run's time: facts and console are read from timeline and journal.
    private const int EventsInFlight = 4096;

    private readonly LabHost _host;
    private readonly IReadOnlyList<PlannedRun> _runs;
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);

    private Suite(LabHost host, IReadOnlyList<PlannedRun> runs)
    {
        _host = host;
        _runs = runs;
    }

    /// <summary>Settles machines and images of every run; nothing is touched.</summary>
    /// <exception cref="LabFileException">A run cannot be done: no image, a file that is not there and that no build will make.</exception>
    public static IReadOnlyList<PlannedRun> Plan(LabDescription lab, IReadOnlyList<RunDescription> runs)
    {
        var problems = new List<FileProblem>();
        var planned = new List<PlannedRun>();
        foreach (RunDescription run in runs)
        {
            MachineDescription[] machines = run.Machine is { } name
                ? [lab.Machines[name]]
                : [.. lab.Machines.Values.Where(m => run.Needs.All(m.Tags.Contains))];
            ImageDescription?[] images = [.. machines.Select(m => ImageFor(lab, run, m))];
            for (int i = 0; i < machines.Length; i++)
            {
                if (images[i] is { } image) problems.AddRange(run.Build is null ? Missing(run, image) : []);
                else problems.Add(new FileProblem($"run '{run.Name}'", 0, 0, "SLP7201", $"machine '{machines[i].Name}' has no image and the run names none; add 'image:' to one of them"));
            }
            if (machines.Length == 0)
                problems.Add(new FileProblem($"run '{run.Name}'", 0, 0, "SLP7202", $"no machine has all the tags it needs ({string.Join(", ", run.Needs)})"));
            else
                planned.Add(new PlannedRun(run, machines, [.. images.OfType<ImageDescription>()]));
        }
        return problems.Count == 0 ? planned : throw new LabFileException([.. problems.Distinct()]);
    }

    /// <summary>Runs them all.</summary>
    /// <param name="host">The lab, its boot servers started.</param>
    /// <param name="runs">From <see cref="Plan"/>.</param>
    /// <param name="jobs">How many at the same time, from 1.</param>
    /// <param name="follow">Called once for every run that begins, with what it will tell; awaited to its end.</param>
    /// <param name="cancel">The user's Ctrl-C: runs under way end as cancelled, the others are not begun.</param>
    public static Task<SuiteResult[]> RunAsync(
        LabHost host, IReadOnlyList<PlannedRun> runs, int jobs, Func<MachineDescription, ChannelReader<RunEvent>, Task> follow, CancellationToken cancel) =>
        new Suite(host, runs).RunAllAsync(jobs, follow, cancel);

    private async Task<SuiteResult[]> RunAllAsync(int jobs, Func<MachineDescription, ChannelReader<RunEvent>, Task> follow, CancellationToken cancel)
    {
        var results = new SuiteResult[_runs.Count];
        var waiting = new List<int>(Enumerable.Range(0, _runs.Count));
        var active = new List<(Task Task, string Machine)>();
        while (waiting.Count > 0 || active.Count > 0)
        {
            if (cancel.IsCancellationRequested)
            {
                foreach (int index in waiting) results[index] = new SuiteResult(_runs[index], null);
                waiting.Clear();
            }
            while (active.Count < jobs && NextFree(waiting) is var (index, choice))
            {
                waiting.Remove(index);
                active.Add((OneAsync(index, choice), _runs[index].Machines[choice].Name));
            }
            if (active.Count == 0) continue;
            await await Task.WhenAny(active.Select(a => a.Task));
            foreach ((Task _, string machine) in active.Where(a => a.Task.IsCompleted)) _busy.Remove(machine);
            active.RemoveAll(a => a.Task.IsCompleted);
        }
        return results;

        async Task OneAsync(int index, int choice)
        {
            PlannedRun planned = _runs[index];
            MachineDescription machine = planned.Machines[choice];
            var events = Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(EventsInFlight) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
            Task following = follow(machine, events.Reader);
            try
            {
                RunLoop loop = await _host.RunAsync(planned.Run, machine, planned.Images[choice]);
                RunRecord record = await loop.RunAsync(events.Writer, cancel);
                results[index] = new SuiteResult(planned, record);
            }
            finally
            {
                events.Writer.TryComplete();
                await following;
            }
        }
    }

    // The first run one of whose machines is free, and which of them; machines are taken here, before anything awaits.
    private (int Index, int Choice)? NextFree(List<int> waiting)
    {
        foreach (int index in waiting)
        {
            for (int choice = 0; choice < _runs[index].Machines.Count; choice++)
                if (_busy.Add(_runs[index].Machines[choice].Name)) return (index, choice);
        }
        return null;
    }

    private static ImageDescription? ImageFor(LabDescription lab, RunDescription run, MachineDescription machine) =>
        run.InlineImage
        ?? (run.Image is { } name ? lab.Images[name]
            : machine.Image is { } own ? lab.Images[own]
            : null);

    private static IEnumerable<FileProblem> Missing(RunDescription run, ImageDescription image)
    {
        var files = new List<(string What, string Path)> { ("kernel", image.Kernel) };
        files.AddRange(image.Initrd.Select(f => ("initrd", f)));
        files.AddRange(image.Modules.Select(m => ("module", m.File)));
        if (image.DeviceTree is { } tree) files.Add(("device tree", tree));
        foreach ((string what, string path) in files)
            if (!File.Exists(path))
                yield return new FileProblem(
                    image.Where.Length > 0 ? image.Where : $"run '{run.Name}'", 0, 0, "SLP7203",
                    $"the {what} of image '{image.Name}' is not there: {path}; build it first, or give the run a 'build:' (no machine was touched)");
    }
}
