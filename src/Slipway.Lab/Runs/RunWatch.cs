using System.Text;
using System.Text.RegularExpressions;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;

namespace Slipway.Lab.Runs;

/// <summary>Judges one boot of a run: a pure function of console bytes, facts and time, fed one after the other. Times are the boot's timeline.</summary>
/// <remarks>
/// Patterns are matched on whole lines as they end. A line that has not ended (a prompt) is matched once nothing more came for <see cref="PromptQuiet"/>:
/// earlier, <c>$</c> would match the middle of a line. So the judgement does not depend on how the bytes were split.
/// </remarks>
public sealed class RunWatch
{
    /// <summary>How long an unfinished line must rest before it is matched.</summary>
    public static readonly TimeSpan PromptQuiet = TimeSpan.FromMilliseconds(150);

    // A pattern may span lines that are not consumed yet; older ones than this are forgotten.
    private const int MaxPendingCharacters = 64 * 1024;
    private const int QuotedCharacters = 120;

    private readonly RunDescription _run;
    private readonly bool _hasConsole;
    private readonly IReadOnlyList<Regex> _ownCrashes;
    private readonly IReadOnlyList<Regex> _fails;
    private readonly PowerOnBanners _banners;
    private readonly ReportReader _reports;
    private readonly Regex?[] _expects;
    private readonly Queue<WatchAction> _actions = new();
    private readonly ConsoleLines _lines = new();
    private readonly List<ConsoleLine> _ended = [];
    private readonly StringBuilder _pending = new();
    private readonly BootEvidence _evidence = new();

    private int _step;
    private int _takenOfUnfinished;
    private string _lastLine = "";
    private TimeSpan? _start;
    private TimeSpan? _stepDeadline;
    private TimeSpan? _lastByte;
    private bool _promptMatched;

    /// <param name="run">What is expected.</param>
    /// <param name="image">Its own crash patterns and banner.</param>
    /// <param name="labCrashPatterns">The lab's.</param>
    /// <param name="hasConsole">False when the machine has none: then only facts judge.</param>
    public RunWatch(RunDescription run, ImageDescription image, IReadOnlyList<string> labCrashPatterns, bool hasConsole)
    {
        _run = run;
        _hasConsole = hasConsole;
        _ownCrashes = [.. run.Crash.Concat(image.CrashPatterns).Concat(labCrashPatterns).Select(ConsolePattern.Compile)];
        _fails = [.. run.Fail.Select(ConsolePattern.Compile)];
        _banners = new PowerOnBanners(image.Banner);
        _reports = new ReportReader(run.Reports);
        _expects = [.. run.Steps.Select(s => s is ExpectStep expect ? ConsolePattern.Compile(expect.Pattern) : null)];
    }

    /// <summary>Null until the boot is judged; never changes after.</summary>
    public Judgement? Result { get; private set; }

    /// <summary>The test cases reported so far.</summary>
    public IReadOnlyList<TestCase> Tests => _reports.Tests;

    /// <summary>When <see cref="OnTime"/> must be called at the latest; null = only a fact or a byte can change anything.</summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            TimeSpan earliest = (_start ?? TimeSpan.Zero) + _run.Within;
            if (_stepDeadline is { } step && step < earliest) earliest = step;
            if (SilenceDeadline is { } silence && silence < earliest) earliest = silence;
            if (PromptDeadline is { } prompt && prompt < earliest) earliest = prompt;
            return earliest;
        }
    }

    /// <summary>Takes the next thing the watch wants done.</summary>
    public bool TryTakeAction(out WatchAction? action) => _actions.TryDequeue(out action);

    /// <summary>The console said something.</summary>
    public void OnConsole(ReadOnlySpan<byte> bytes, long offset, TimeSpan at)
    {
        if (Result is not null || bytes.IsEmpty) return;
        if (_lastByte is null) Report(new FirstConsoleByte());
        _lastByte = at;
        _evidence.SawBytes(at);
        if (_start is null) Begin(at);
        _promptMatched = false;
        _ended.Clear();
        _lines.Add(bytes, offset, _ended);
        foreach (ConsoleLine line in _ended)
        {
            OnLine(line, at);
            if (Result is not null) return;
        }
    }

    /// <summary>Something happened to the boot.</summary>
    public void OnFact(BootFact fact, TimeSpan at)
    {
        if (Result is not null) return;
        switch (fact)
        {
            case PowerCommanded { Action: not PowerAction.Off }:
                Begin(at);
                break;
            case FirmwareAsked:
                if (_start is null) Begin(at);
                if (_evidence.IsRestart) Restarted($"the firmware asked for an address again; {LastLine()}");
                _evidence.FirmwareAsked = true;
                break;
            case NotOffered f:
                Judge(Verdict.LabFault, f.Reason);
                break;
            case FileRefused { Expected: false, Role: not FileRole.Other } f:
                Judge(Verdict.LabFault, $"{f.Name} could not be served: {f.Reason}");
                break;
            case FileServed f:
                _evidence.Served(f, at);
                break;
            case MachineVanished f:
                Judge(Verdict.LabFault, $"the machine vanished: {f.Reason}");
                break;
            case PowerLost f:
                Judge(Verdict.LabFault, $"the machine went off and nothing here switched it ({f.Evidence}); {LastLine()}; look at its power supply and cable, and if the kernel switches it off itself, expect its last line");
                break;
            case ConsoleLost f:
                Judge(Verdict.LabFault, $"the console was lost: {f.Reason}");
                break;
        }
    }

    /// <summary>Time has passed.</summary>
    public void OnTime(TimeSpan now)
    {
        if (Result is not null) return;
        if (PromptDeadline is { } prompt && now >= prompt)
        {
            _promptMatched = true;
            Match(now, includeUnfinished: true);
            if (Result is not null) return;
        }
        if (SilenceDeadline is { } silence && now >= silence)
        {
            Judge(Verdict.Hung, $"not a byte for {Seconds(_run.Silence!.Value)} after output; {LastLine()}");
            return;
        }
        if (_stepDeadline is { } step && now >= step)
        {
            var expect = (ExpectStep)_run.Steps[_step];
            OnDeadline($"step {_step + 1} ('{expect.Pattern}') was not seen within {Seconds(expect.Within)}", now);
        }
        else if (now >= (_start ?? TimeSpan.Zero) + _run.Within)
        {
            string what = _step < _run.Steps.Count ? $"step {_step + 1} was not met" : "the test report was not ended";
            OnDeadline($"{what} when the run's {Seconds(_run.Within)} were over", now);
        }
    }

    private TimeSpan? PromptDeadline => _lastByte is { } last && !_promptMatched && _lines.Unfinished.Length > _takenOfUnfinished ? last + PromptQuiet : null;

    private TimeSpan? SilenceDeadline => _run.Silence is { } silence && _evidence.LastKernelByte is { } last && _step < _run.Steps.Count ? last + silence : null;

    private void Begin(TimeSpan at)
    {
        if (_start is not null) return;
        _start = at;
        Advance(at);
    }

    private void OnLine(ConsoleLine line, TimeSpan at)
    {
        if (line.Text.Length > 0) _lastLine = line.Text;
        if (_ownCrashes.FirstOrDefault(c => c.IsMatch(line.Text) && !IsExpected(c, line.Text)) is { } own) Judge(Verdict.Crashed, $"crash pattern '{own}': {Quote(line.Text)}");
        else if (CrashPatterns.Find(line.Text) is { } crash && !IsExpected(crash.Regex, line.Text)) Judge(Verdict.Crashed, $"{crash.Title}: {Quote(line.Text)}");
        else if (_fails.FirstOrDefault(f => f.IsMatch(line.Text)) is { } fail) Judge(Verdict.Failed, $"fail pattern '{fail}' was seen: {Quote(line.Text)}");
        if (Result is not null) return;
        if (_banners.Find(line.Text) is { } banner)
        {
            Report(new Banner(line.Text));
            if (_evidence.SawBanner(banner)) Restarted($"the console says '{Quote(line.Text)}' again");
            if (banner.Origin != BannerOrigin.Firmware) _evidence.KernelSpoke(at);
            if (Result is not null) return;
        }
        _reports.Add(line);
        Pend(line.Text[Math.Min(_takenOfUnfinished, line.Text.Length)..] + "\n");
        _takenOfUnfinished = 0;
        Match(at, includeUnfinished: false);
    }

    // A run may wait for a panic: what the current expectation asks for is no crash.
    private bool IsExpected(Regex crash, string line)
    {
        if (_start is null || _step >= _run.Steps.Count || _expects[_step]?.Match(line) is not { Success: true } expected) return false;
        Match match = crash.Match(line);
        return match.Index >= expected.Index && match.Index + match.Length <= expected.Index + expected.Length;
    }

    private void Pend(string text)
    {
        _pending.Append(text);
        if (_pending.Length > MaxPendingCharacters) _pending.Remove(0, _pending.Length - MaxPendingCharacters);
    }

    // Meets as many steps as the text allows; each consumes the text up to the end of its match.
    private void Match(TimeSpan at, bool includeUnfinished)
    {
        string unfinished = includeUnfinished ? _lines.Unfinished[Math.Min(_takenOfUnfinished, _lines.Unfinished.Length)..] : "";
        while (Result is null && _start is not null && _step < _run.Steps.Count && _expects[_step] is { } expect)
        {
            string text = _pending + unfinished;
            Match match = expect.Match(text);
            if (!match.Success) return;
            int end = match.Index + match.Length;
            string met = LineAround(text, match);
            if (end > _pending.Length)
            {
                int taken = end - _pending.Length;
                _takenOfUnfinished += taken;
                unfinished = unfinished[taken..];
                _pending.Clear();
            }
            else
            {
                _pending.Remove(0, end);
            }
            Report(new StepMet(_step, met));
            _step++;
            Advance(at);
        }
        if (_step == _run.Steps.Count) Settle(at);
    }

    // Sends what is to be sent and arms the deadline of the next expectation.
    private void Advance(TimeSpan at)
    {
        _stepDeadline = null;
        for (; _step < _run.Steps.Count; _step++)
        {
            if (_run.Steps[_step] is SendStep send)
            {
                if (send.Reboots) _evidence.AskedResets++;
                _actions.Enqueue(new WatchAction.Send(Encoding.UTF8.GetBytes(send.Text)));
                Report(new StepMet(_step, $"sent {Quote(send.Text.TrimEnd('\n', '\r'))}"));
                continue;
            }
            _stepDeadline = at + ((ExpectStep)_run.Steps[_step]).Within;
            return;
        }
        Settle(at);
    }

    // All steps are met: a report under way is waited for, then it is over.
    private void Settle(TimeSpan at)
    {
        if (Result is not null || (_run.Steps.Count == 0 && _reports.Tests.Count == 0 && !_reports.HasEnded) || _reports.IsUnderWay) return;
        TestCase[] failed = [.. Tests.Where(t => t.Outcome == TestOutcome.Failed)];
        if (failed.Length > 0)
            Judge(Verdict.Failed, $"{failed.Length} of {Tests.Count} tests failed: {string.Join(", ", failed.Take(5).Select(t => t.Name))}{(failed.Length > 5 ? ", …" : "")}");
        else
            Judge(Verdict.Passed, $"{Count(_run.Steps.Count, "step")} met in {Seconds(at - (_start ?? at))}{(Tests.Count > 0 ? $", {Count(Tests.Count, "test")} without a failure" : "")}");
    }

    private void OnDeadline(string missed, TimeSpan now)
    {
        if (_evidence.FaultOfTheLab() is { } fault)
            Judge(Verdict.LabFault, $"{missed}: {fault}");
        else if (_hasConsole && _evidence.LastKernelByte is null)
            Judge(Verdict.Silent, $"{missed}: the kernel was served, and then the console said nothing at all; look at the kernel's console arguments, its first instructions, and the port and speed of the line");
        else
            Judge(Verdict.Timeout, $"{missed}; {LastLine()}{Quiet(now)}");
    }

    private string Quiet(TimeSpan now) =>
        _lastByte is { } last && now - last > TimeSpan.FromSeconds(5) ? $" (and nothing for {Seconds(now - last)}; with 'silence:' that would be hung)" : "";

    private void Restarted(string evidence)
    {
        if (_evidence.IsRestarting) return;
        if (_evidence.AskedResets > 0)
        {
            Report(new ResetSeen(Asked: true, evidence));
            _evidence.BeginRestart(isAsked: true);
            return;
        }
        Report(new ResetSeen(Asked: false, evidence));
        if (_evidence.KernelRan)
            Judge(Verdict.Reset, $"the machine restarted unasked: {evidence}");
        else
            Judge(Verdict.LabFault, $"the machine restarted before the kernel was served: {evidence}; the last file was {_evidence.LastFile}");
    }

    private void Judge(Verdict verdict, string reason) => Result ??= new Judgement(verdict, reason);

    private void Report(BootFact fact) => _actions.Enqueue(new WatchAction.Report(fact));

    private string LastLine()
    {
        string last = _lines.Unfinished.Length > 0 ? _lines.Unfinished : _lastLine;
        return last.Length == 0 ? "the console has said no line yet" : $"the last line was '{Quote(last)}'";
    }

    private static string LineAround(string text, Match match)
    {
        int start = match.Index == 0 ? 0 : text.LastIndexOf('\n', match.Index - 1) + 1;
        int end = text.IndexOf('\n', Math.Max(start, match.Index + Math.Max(match.Length - 1, 0)));
        return Quote((end < 0 ? text[start..] : text[start..end]).Replace('\n', ' '));
    }

    private static string Quote(string text)
    {
        string plain = new([.. text.Where(c => !char.IsControl(c))]);
        return plain.Length <= QuotedCharacters ? plain : plain[..QuotedCharacters] + "…";
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.#} s";

    private static string Count(int number, string word) => number == 1 ? $"1 {word}" : $"{number} {word}s";
}
