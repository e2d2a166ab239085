using Slipway.Lab.Boots;
using Slipway.Lab.Machines;

namespace Slipway.Lab.Runs;

/// <summary>Carries console bytes, facts and the passing of time into a <see cref="RunWatch"/>, and its wishes back to the machine.</summary>
internal sealed class BootWatcher(MachineBoot boot, RunWatch watch, Machine machine, TimeProvider time)
{
    // After a crash the backtrace is still being printed: it is worth a moment.
    private static readonly TimeSpan CrashQuiet = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan CrashLinger = TimeSpan.FromSeconds(5);

    // A machine that is gone takes its console with it, and the console may be noticed first: the cause is worth a moment.
    private static readonly TimeSpan CauseLinger = TimeSpan.FromSeconds(1);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _offset;
    private int _facts;

    /// <summary>Watches until the boot is judged.</summary>
    public async Task<Judgement> WatchAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<int>? console = boot.Journal is { } journal ? journal.ReadAsync(_offset, _buffer, ending.Token).AsTask() : null;
        Task consoleEnded = boot.Recorder?.Ended ?? Task.Delay(Timeout.InfiniteTimeSpan, time, ending.Token);
        try
        {
            while (watch.Result is null)
            {
                // Facts first: what the network saw is older than what the console says because of it.
                foreach (TimelineEntry entry in boot.Timeline.From(_facts))
                {
                    _facts++;
                    watch.OnFact(entry.Fact, entry.At);
                }
                if (console is { IsCompleted: true })
                {
                    int read = await console;
                    if (read > 0) watch.OnConsole(_buffer.AsSpan(0, read), _offset, boot.Timeline.Now);
                    _offset += read;
                    console = read > 0 ? boot.Journal!.ReadAsync(_offset, _buffer, ending.Token).AsTask() : null;
                }
                if (consoleEnded.IsCompletedSuccessfully) await Task.WhenAny(machine.Vanished, Task.Delay(CauseLinger, time, ct));
                if (machine.Vanished.IsCompleted) watch.OnFact(Say(new MachineVanished(await machine.Vanished)), boot.Timeline.Now);
                else if (consoleEnded.IsCompletedSuccessfully) watch.OnFact(Say(new ConsoleLost(await boot.Recorder!.Ended)), boot.Timeline.Now);
                watch.OnTime(boot.Timeline.Now);
                if (await ActAsync(ct) || watch.Result is not null) continue;
                await WaitAsync(console, consoleEnded, ending.Token);
            }
            if (watch.Result.Verdict == Verdict.Crashed && console is not null) await LingerAsync(console, ct);
            return watch.Result;
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private BootFact Say(BootFact fact)
    {
        boot.Timeline.Append(fact);
        return fact;
    }

    // True when the watch wanted something: its own facts must be seen by it before it waits.
    private async Task<bool> ActAsync(CancellationToken ct)
    {
        bool acted = false;
        while (watch.TryTakeAction(out WatchAction? action))
        {
            acted = true;
            switch (action)
            {
                case WatchAction.Report report:
                    boot.Timeline.Append(report.Fact);
                    break;
                case WatchAction.Send send when boot.Recorder is { } recorder:
                    await recorder.WriteAsync(send.Bytes, ct);
                    break;
            }
        }
        return acted;
    }

    private async Task WaitAsync(Task? console, Task consoleEnded, CancellationToken ct)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var waits = new List<Task> { boot.Timeline.WaitForAsync(_facts, round.Token), machine.Vanished, consoleEnded };
        if (console is not null) waits.Add(console);
        if (watch.NextDeadline is { } deadline)
        {
            TimeSpan left = deadline - boot.Timeline.Now;
            waits.Add(Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, round.Token));
        }
        else
        {
            waits.Add(Task.Delay(Timeout.InfiniteTimeSpan, time, round.Token));
        }
        await Task.WhenAny(waits);
        ct.ThrowIfCancellationRequested();
        await round.CancelAsync();
    }

    private async Task LingerAsync(Task<int> console, CancellationToken ct)
    {
        TimeSpan until = boot.Timeline.Now + CrashLinger;
        while (boot.Timeline.Now < until)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(ct);
            Task silence = Task.Delay(CrashQuiet, time, quiet.Token);
            bool spoke = await Task.WhenAny(console, silence) == console;
            await quiet.CancelAsync();
            if (!spoke) return;
            int read = await console;
            if (read == 0) return;
            _offset += read;
            console = boot.Journal!.ReadAsync(_offset, _buffer, ct).AsTask();
        }
    }
}
