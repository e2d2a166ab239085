namespace Slipway.Lab.Runs.Reports;

/// <summary>One test a system reported on its console.</summary>
/// <param name="Name">With the names of the groups it is in, <c>group/test</c>.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What it said beside its outcome; empty when nothing.</param>
/// <param name="Offset">Of the line in the console journal.</param>
public sealed record TestCase(string Name, TestOutcome Outcome, string Detail, long Offset);

public enum TestOutcome
{
    Passed,
    Failed,

    /// <summary>Not run, or known to fail.</summary>
    Skipped,
}
