using System.Text.RegularExpressions;

namespace Slipway.Lab.Runs.Reports;

/// <summary>WvTest: <c>Testing "what" in where:</c>, then <c>! file:line  condition  ok</c> or anything else for a failure.</summary>
internal sealed partial class WvtestReport : IReportFormat
{
    private readonly List<TestCase> _tests = [];
    private string _group = "";

    public IReadOnlyList<TestCase> Tests => _tests;

    // WvTest has no end mark.
    public bool HasEnded => true;

    public bool Begins(string line) => GroupLine().IsMatch(line);

    public void Add(string line, long offset)
    {
        if (GroupLine().Match(line) is { Success: true } group)
        {
            _group = group.Groups[1].Value;
        }
        else if (ResultLine().Match(line) is { Success: true } result)
        {
            string word = result.Groups[2].Value;
            TestOutcome outcome = word switch { "ok" => TestOutcome.Passed, "skip" or "skip ok" => TestOutcome.Skipped, _ => TestOutcome.Failed };
            _tests.Add(new TestCase($"{_group}/{result.Groups[1].Value.Trim()}", outcome, outcome == TestOutcome.Failed ? word : "", offset));
        }
    }

    [GeneratedRegex(@"^\s*Testing ""(.*)"" in .*:\s*$")]
    private static partial Regex GroupLine();

    [GeneratedRegex(@"^!\s+(.*?)\s+(\S+)\s*$")]
    private static partial Regex ResultLine();
}
