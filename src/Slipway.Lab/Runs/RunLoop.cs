using System.Threading.Channels;
using Slipway.Lab.Boots;
using Slipway.Lab.Builds;
using Slipway.Lab.Leases;
using Slipway.Lab.Machines;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;

namespace Slipway.Lab.Runs;

/// <summary>Takes one run from wish to verdict: Queued → Leased → Staged → Booting → Watching → Judged → Released. Every arrow is stored before what it stands for begins.</summary>
/// <param name="lab">The lab, for its crash patterns.</param>
/// <param name="machine">The machine, already chosen.</param>
/// <param name="image">What to boot, already chosen.</param>
/// <param name="run">What is expected.</param>
/// <param name="boots">The boot servers.</param>
/// <param name="leases">The right to touch the machine.</param>
/// <param name="store">Where the run writes itself down.</param>
/// <param name="artifacts">Where the files of the run go.</param>
/// <param name="time">Clock.</param>
public sealed class RunLoop(
    LabDescription lab, Machine machine, ImageDescription image, RunDescription run,
    IBootServices boots, IMachineLeases leases, IRunStore store, IRunArtifacts artifacts, TimeProvider time)
{
    // The run's own token is dead when the machine must still be switched off (style.md §5).
    private static readonly TimeSpan CleanUpDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ScreenshotDeadline = TimeSpan.FromSeconds(5);

    private BuildFinished? _built;

    /// <summary>Runs it, once. Cancelling <paramref name="cancel"/> is the user's Ctrl-C: the verdict is then cancelled and the machine is left as <c>after:</c> says.</summary>
    /// <returns>The run as stored, with its verdict.</returns>
    public async Task<RunRecord> RunAsync(ChannelWriter<RunEvent> events, CancellationToken cancel)
    {
        // A build needs no machine, and may take longer than anybody should wait for one.
        if (run.Build is { } build)
        {
            RunRecord built = await CreateAsync(events);
            return await BuildAsync(built, build, events, cancel) is { } notBuilt ? await SettleAsync(built, notBuilt) : await LeaseAsync(built, events, cancel);
        }
        return await LeaseAsync(null, events, cancel);
    }

    private async Task<RunRecord> CreateAsync(ChannelWriter<RunEvent> events)
    {
        RunRecord record = await store.CreateAsync(new NewRun(lab.Name, run.Name, machine.Name, image.Name), CancellationToken.None);
        events.TryWrite(new RunEvent.Created(record));
        return record;
    }

    private async Task<RunRecord> LeaseAsync(RunRecord? record, ChannelWriter<RunEvent> events, CancellationToken cancel)
    {
        LeaseAnswer lease = leases.TryTake(machine.Name, $"run '{run.Name}'", time.GetUtcNow() + run.Within);
        if (lease.Holder is { } holder)
            return await SettleAsync(record ?? await CreateAsync(events), new Judgement(Verdict.Busy, $"machine '{machine.Name}' is leased to {holder}; wait, or ask them"));

        using (lease.Lease)
        {
            // The console takes longest to open (a virtual machine's process is started for it), the database next: side by side.
            Task opening = machine.Console?.OpenAsync(cancel) ?? Task.CompletedTask;
            record ??= await CreateAsync(events);
            record = await AdvanceAsync(record with { State = RunState.Leased, StartedAt = time.GetUtcNow() });
            // Whatever came of it is seen again, and judged, when the boot opens its console.
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (int attempt = 1; ; attempt++)
            {
                record = await AdvanceAsync(record with { Attempt = attempt });
                record = await BootAsync(record, events, cancel);
                if (record.Verdict != Verdict.LabFault || attempt > run.RetryOnLabFault || cancel.IsCancellationRequested) break;
                events.TryWrite(new RunEvent.Notice($"lab-fault: {record.Reason}; trying again ({attempt} of {run.RetryOnLabFault})"));
                artifacts.SetAside(record, attempt);
            }
            return await AdvanceAsync(record with { State = RunState.Released });
        }
    }

    private async Task<Judgement?> BuildAsync(RunRecord record, BuildDescription build, ChannelWriter<RunEvent> events, CancellationToken cancel)
    {
        var lines = Channel.CreateBounded<string>(new BoundedChannelOptions(1024) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        Task forward = Task.Run(async () =>
        {
            await foreach (string line in lines.Reader.ReadAllAsync(CancellationToken.None)) events.TryWrite(new RunEvent.BuildSaid(line));
        }, CancellationToken.None);
        try
        {
            await using FileStream log = File.Create(Path.Combine(record.Directory, RunDirectory.BuildLog));
            BuildResult result = await BuildCommand.RunAsync(build, log, lines.Writer, time, cancel);
            _built = new BuildFinished(result.Succeeded, result.ExitCode, Math.Round(result.Elapsed.TotalSeconds, 3));
            if (!result.Succeeded) return new Judgement(Verdict.Failed, result.Reason);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new Judgement(Verdict.Cancelled, "cancelled during the build; no machine was touched");
        }
        finally
        {
            lines.Writer.Complete();
            await forward;
        }
        return File.Exists(image.Kernel)
            ? null
            : new Judgement(Verdict.Failed, $"the build succeeded, but the kernel {image.Kernel} is not there; no machine was touched");
    }

    private async Task<RunRecord> BootAsync(RunRecord record, ChannelWriter<RunEvent> events, CancellationToken cancel)
    {
        MachineBoot boot = MachineBoot.Prepare(machine, boots, record.Directory, time);
        if (_built is not null) boot.Timeline.Append(_built);
        events.TryWrite(new RunEvent.BootBegan(boot.Timeline, boot.Journal, record.Attempt));
        // Its patterns are compiled while the machine is being switched on.
        Task<RunWatch> making = Task.Run(() => new RunWatch(run, image, lab.CrashPatterns, hasConsole: boot.Journal is not null), CancellationToken.None);
        Judgement judgement;
        try
        {
            record = await AdvanceAsync(record with { State = RunState.Staged });
            record = await AdvanceAsync(record with { State = RunState.Booting });
            if (!await boot.BeginAsync(image, cancel))
                events.TryWrite(new RunEvent.Notice($"machine '{machine.Name}' has no power control: switch it on (or reset it) by hand now"));
            record = await AdvanceAsync(record with { State = RunState.Watching });
            judgement = await new BootWatcher(boot, await making, machine, time).WatchAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            judgement = new Judgement(Verdict.Cancelled, $"cancelled while it was going on; the machine is left as 'after: {run.After.Word()}' says");
        }
        catch (DeviceException e)
        {
            judgement = new Judgement(Verdict.LabFault, e.Message);
        }
        catch (Exception e)
        {
            // A defect of ours is the lab's trouble, never the kernel's; the machine must be switched off all the same.
            judgement = new Judgement(Verdict.LabFault, $"slipway itself failed: {e}");
        }

        RunWatch watch = await making;
        boot.Timeline.Append(new Judged(judgement.Verdict, judgement.Reason));
        byte[]? screen = await ShootAsync();
        string leftover = await LeaveAsync(boot.Timeline);
        await boot.DisposeAsync();

        record = Judge(record, judgement, leftover) with
        {
            TestsPassed = watch.Tests.Count(t => t.Outcome == TestOutcome.Passed),
            TestsFailed = watch.Tests.Count(t => t.Outcome == TestOutcome.Failed),
            TestsSkipped = watch.Tests.Count(t => t.Outcome == TestOutcome.Skipped),
        };
        await artifacts.KeepAsync(record, run, boot.Timeline.From(0), watch.Tests, screen, CancellationToken.None);
        record = await AdvanceAsync(record);
        events.TryWrite(new RunEvent.BootEnded(record));
        return record;
    }

    // A picture of the screen helps where the console is silent; where none can be had, the verdict stands without.
    private async Task<byte[]?> ShootAsync()
    {
        if (!machine.HasScreen) return null;
        using var deadline = new CancellationTokenSource(ScreenshotDeadline, time);
        try
        {
            return await machine.CapturePngAsync(deadline.Token);
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<string> LeaveAsync(Timeline timeline)
    {
        PowerAction? action = run.After switch
        {
            AfterRun.Off when machine.CanDo(PowerAction.Off) => PowerAction.Off,
            AfterRun.Reset when machine.CanDo(PowerAction.Reset) => PowerAction.Reset,
            AfterRun.Reset when machine.CanDo(PowerAction.Cycle) => PowerAction.Cycle,
            _ => null,
        };
        if (action is null || machine.Vanished.IsCompleted) return "";
        using var deadline = new CancellationTokenSource(CleanUpDeadline, time);
        try
        {
            await machine.PowerAsync(action.Value, timeline, deadline.Token);
            return "";
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            return $" (and the machine could not be left as 'after: {run.After.ToString().ToLowerInvariant()}' says: {e.Message})";
        }
    }

    private async Task<RunRecord> SettleAsync(RunRecord record, Judgement judgement)
    {
        RunRecord judged = Judge(record, judgement, "") with { State = RunState.Released };
        await artifacts.KeepAsync(judged, run, [], [], null, CancellationToken.None);
        return await AdvanceAsync(judged);
    }

    private RunRecord Judge(RunRecord record, Judgement judgement, string leftover) => record with
    {
        State = RunState.Judged,
        Verdict = judgement.Verdict,
        ExitCode = ExitCodes.Of(judgement.Verdict),
        Reason = judgement.Reason + leftover,
        EndedAt = time.GetUtcNow(),
    };

    private async Task<RunRecord> AdvanceAsync(RunRecord record)
    {
        await store.UpdateAsync(record, CancellationToken.None);
        return record;
    }
}
