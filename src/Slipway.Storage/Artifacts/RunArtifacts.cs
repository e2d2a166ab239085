using System.Text;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;

namespace Slipway.Storage.Artifacts;

/// <summary>Keeps what a run leaves behind in its directory.</summary>
public sealed class RunArtifacts : IRunArtifacts
{
    // Enough of the console for a JUnit viewer; the whole is in console.raw beside it.
    private const int JUnitConsoleBytes = 64 * 1024;

    /// <inheritdoc/>
    public Task KeepAsync(
        RunRecord record, RunDescription run, IReadOnlyList<TimelineEntry> timeline, IReadOnlyList<TestCase> tests, byte[]? screen, CancellationToken ct)
    {
        var files = new RunFiles(record.Directory);
        files.WriteTimeline(timeline);
        files.Write(RunDirectory.Served, [.. timeline.Where(e => e.Fact is FileServed)], LabJson.Default.IReadOnlyListTimelineEntry);
        files.Write(RunDirectory.JUnit, Encoding.UTF8.GetBytes(JUnitXml.Write(record, tests, ConsoleTail(record.Directory))));
        if (screen is not null) files.Write(RunDirectory.Screen, screen);
        if (run.Artifacts.Count > 0) ArtifactCollector.Collect(run.Directory, run.Artifacts, record.Directory, ct);
        files.WriteRecord(record);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void SetAside(RunRecord record, int attempt)
    {
        string aside = Path.Combine(record.Directory, $"attempt-{attempt}");
        Directory.CreateDirectory(aside);
        string[] names = [RunDirectory.Console, RunDirectory.ConsoleIndex, RunDirectory.Timeline, RunDirectory.Served, RunDirectory.Screen, RunDirectory.JUnit];
        foreach (string name in names)
        {
            string path = Path.Combine(record.Directory, name);
            if (File.Exists(path)) File.Move(path, Path.Combine(aside, name), overwrite: true);
        }
    }

    private static byte[] ConsoleTail(string directory)
    {
        string path = Path.Combine(directory, RunDirectory.Console);
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(Math.Max(0, file.Length - JUnitConsoleBytes), SeekOrigin.Begin);
        byte[] tail = new byte[file.Length - file.Position];
        file.ReadExactly(tail);
        return tail;
    }
}
