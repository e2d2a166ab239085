using System.Text.RegularExpressions;

namespace Slipway.Lab.Runs.Reports;

/// <summary>The SOTEST protocol: <c>SOTEST VERSION 1 BEGIN 3</c>, <c>SOTEST SUCCESS "a"</c>, <c>SOTEST FAIL "b"</c>, <c>SOTEST BENCHMARK:…</c>, <c>SOTEST END</c>.</summary>
internal sealed partial class SotestReport : IReportFormat
{
    private readonly List<TestCase> _tests = [];
    private int? _planned;

    public IReadOnlyList<TestCase> Tests => _tests;

    public bool HasEnded { get; private set; }

    public bool Begins(string line) => BeginLine().IsMatch(line);

    public void Add(string line, long offset)
    {
        if (BeginLine().Match(line) is { Success: true } begin)
        {
            _planned = begin.Groups[1].Success ? int.Parse(begin.Groups[1].ValueSpan) : null;
        }
        else if (ResultLine().Match(line) is { Success: true } result)
        {
            TestOutcome outcome = result.Groups[1].Value switch { "SUCCESS" => TestOutcome.Passed, "SKIP" => TestOutcome.Skipped, _ => TestOutcome.Failed };
            _tests.Add(new TestCase(result.Groups[2].Value, outcome, "", offset));
        }
        else if (line.StartsWith("SOTEST END", StringComparison.Ordinal) && !HasEnded)
        {
            HasEnded = true;
            if (_planned is { } planned && _tests.Count < planned)
                _tests.Add(new TestCase("(plan)", TestOutcome.Failed, $"planned {planned}, saw {_tests.Count}", offset));
        }
    }

    [GeneratedRegex(@"^SOTEST VERSION [0-9.]+ BEGIN(?: ([0-9]{1,6}))?")]
    private static partial Regex BeginLine();

    [GeneratedRegex(@"^SOTEST (SUCCESS|FAIL|SKIP) ""?([^""]*)""?")]
    private static partial Regex ResultLine();
}
