using System.Text.RegularExpressions;

namespace Slipway.Lab.Runs.Reports;

/// <summary>LAVA's signals: <c>&lt;LAVA_SIGNAL_TESTCASE TEST_CASE_ID=boot RESULT=pass&gt;</c> between STARTRUN and ENDRUN.</summary>
internal sealed partial class LavaReport : IReportFormat
{
    private readonly List<TestCase> _tests = [];
    private string _set = "";
    private int _open;

    public IReadOnlyList<TestCase> Tests => _tests;

    public bool HasEnded => _open == 0;

    public bool Begins(string line) => Signal().IsMatch(line);

    public void Add(string line, long offset)
    {
        if (Signal().Match(line) is not { Success: true } signal) return;
        string words = signal.Groups[2].Value;
        switch (signal.Groups[1].Value)
        {
            case "STARTRUN":
                _open++;
                break;
            case "ENDRUN":
                _open = Math.Max(0, _open - 1);
                break;
            case "TESTSET" when words.StartsWith("START ", StringComparison.Ordinal):
                _set = words["START ".Length..].Trim() + "/";
                break;
            case "TESTSET":
                _set = "";
                break;
            case "TESTCASE":
                TestOutcome outcome = Value(words, "RESULT") switch { "pass" => TestOutcome.Passed, "fail" => TestOutcome.Failed, _ => TestOutcome.Skipped };
                string measurement = Value(words, "MEASUREMENT") is { Length: > 0 } number ? $"{number} {Value(words, "UNITS")}".Trim() : "";
                _tests.Add(new TestCase(_set + Value(words, "TEST_CASE_ID"), outcome, measurement, offset));
                break;
        }
    }

    private static string Value(string words, string key)
    {
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (word.StartsWith(key + "=", StringComparison.Ordinal)) return word[(key.Length + 1)..];
        return "";
    }

    [GeneratedRegex(@"<LAVA_SIGNAL_(STARTRUN|ENDRUN|TESTSET|TESTCASE)\b ?([^>]*)>")]
    private static partial Regex Signal();
}
