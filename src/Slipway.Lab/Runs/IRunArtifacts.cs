using Slipway.Lab.Boots;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;

namespace Slipway.Lab.Runs;

/// <summary>Keeps what a run leaves behind, in its directory (names: <see cref="RunDirectory"/>).</summary>
public interface IRunArtifacts
{
    /// <summary>Writes run.json, timeline.json, served.json, junit.xml and the screen shot, and copies the files the run asked to keep.</summary>
    Task KeepAsync(RunRecord record, RunDescription run, IReadOnlyList<TimelineEntry> timeline, IReadOnlyList<TestCase> tests, byte[]? screen, CancellationToken ct);

    /// <summary>Moves a failed attempt's files into <c>attempt-N/</c> before the next one writes its own.</summary>
    void SetAside(RunRecord record, int attempt);
}
