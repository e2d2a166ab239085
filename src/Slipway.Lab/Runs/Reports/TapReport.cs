using System.Text.RegularExpressions;

namespace Slipway.Lab.Runs.Reports;

/// <summary>TAP 12 to 14 (testanything.org) and KTAP (the kernel's Documentation/dev-tools/ktap.rst): plans, skips, todos, bail-outs, nested tests by indentation.</summary>
internal sealed partial class TapReport(bool isKernel) : IReportFormat
{
    private readonly List<TestCase> _tests = [];
    private readonly List<Level> _levels = [];
    private bool _bailedOut;

    public IReadOnlyList<TestCase> Tests => _tests;

    // The plan may come first or last, but TAP 13 and later have one.
    public bool HasEnded => _bailedOut || (_levels is [{ Planned: { } planned } only] && only.Seen >= planned);

    public bool Begins(string line)
    {
        string text = Strip(line);
        return isKernel ? text.StartsWith("KTAP version ", StringComparison.Ordinal) : text.StartsWith("TAP version ", StringComparison.Ordinal) || PlanLine().IsMatch(text);
    }

    public void Add(string line, long offset)
    {
        string text = Strip(line);
        string words = text.TrimStart(' ');
        int indent = text.Length - words.Length;
        if (words.StartsWith("Bail out!", StringComparison.Ordinal))
        {
            _tests.Add(new TestCase("(bail out)", TestOutcome.Failed, words["Bail out!".Length..].Trim(), offset));
            _bailedOut = true;
        }
        else if (VersionLine().IsMatch(words))
        {
            if (_levels.Count == 0 || indent > _levels[^1].Indent) _levels.Add(new Level(indent));
        }
        else if (PlanLine().Match(words) is { Success: true } plan)
        {
            Level level = At(indent, opens: true);
            level.Planned = int.Parse(plan.Groups[1].ValueSpan);
            if (level.Planned == 0 && plan.Groups[2].Success) _tests.Add(new TestCase("(all)", TestOutcome.Skipped, plan.Groups[2].Value, offset));
        }
        else if (SubtestLine().Match(words) is { Success: true })
        {
            if (_levels.Count == 0 || indent > _levels[^1].Indent) _levels.Add(new Level(indent));
        }
        else if (ResultLine().Match(words) is { Success: true } result)
        {
            Result(indent, result, offset);
        }
    }

    private void Result(int indent, Match result, long offset)
    {
        // A result further left ends the groups inside it: it is their summary.
        bool isSummary = false;
        while (_levels.Count > 1 && _levels[^1].Indent > indent)
        {
            isSummary = true;
            Close(offset);
        }
        Level level = At(indent, opens: true);
        level.Seen++;
        string directive = result.Groups[4].Value;
        bool isOk = result.Groups[1].Value.Length == 0;
        TestOutcome outcome = directive.StartsWith("SKIP", StringComparison.OrdinalIgnoreCase) || directive.StartsWith("TODO", StringComparison.OrdinalIgnoreCase)
            ? TestOutcome.Skipped
            : isOk ? TestOutcome.Passed : TestOutcome.Failed;
        string number = result.Groups[2].Value;
        string name = result.Groups[3].Value.Trim().TrimStart('-').Trim();
        if (name.Length == 0) name = number.Length > 0 ? $"test {number}" : $"test {level.Seen}";
        // A group's own line repeats what its tests said, unless it failed without a failed test inside.
        if (isSummary && outcome != TestOutcome.Failed) return;
        if (isSummary && _tests.Any(t => t.Outcome == TestOutcome.Failed)) return;
        _tests.Add(new TestCase(name, outcome, directive, offset));
    }

    private void Close(long offset)
    {
        Level level = _levels[^1];
        _levels.RemoveAt(_levels.Count - 1);
        if (level.Planned is { } planned && level.Seen < planned)
            _tests.Add(new TestCase("(plan)", TestOutcome.Failed, $"planned {planned}, saw {level.Seen}", offset));
    }

    private Level At(int indent, bool opens)
    {
        if (_levels.Count == 0 || (opens && indent > _levels[^1].Indent)) _levels.Add(new Level(indent));
        return _levels[^1];
    }

    private string Strip(string line) => isKernel && KernelStamp().Match(line) is { Success: true } stamp ? line[stamp.Length..] : line;

    private sealed class Level(int indent)
    {
        public int Indent => indent;

        public int? Planned { get; set; }

        public int Seen { get; set; }
    }

    [GeneratedRegex(@"^\[ *[0-9]+\.[0-9]+\] ?")]
    private static partial Regex KernelStamp();

    [GeneratedRegex(@"^K?TAP version [0-9]+$")]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^1\.\.([0-9]{1,6})(?:\s*#\s*(.*))?$")]
    private static partial Regex PlanLine();

    [GeneratedRegex(@"^# ?Subtest: ")]
    private static partial Regex SubtestLine();

    [GeneratedRegex(@"^(not )?ok\b ?([0-9]+)?((?:[^#\\]|\\.)*)(?:#\s*(.*))?$")]
    private static partial Regex ResultLine();
}
