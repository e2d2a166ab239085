using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;

namespace Slipway.Storage.Artifacts;

/// <summary>Writes and reads the files of one run's directory. A reader sees a file's old content or its new one, never half of it.</summary>
/// <param name="directory">The run's directory, absolute; it exists.</param>
public sealed class RunFiles(string directory)
{
    /// <summary>The absolute path of one of <see cref="RunDirectory"/>'s names.</summary>
    public string PathOf(string name) => Path.Combine(directory, name);

    public void WriteRecord(RunRecord run) => Write(RunDirectory.Record, run, LabJson.Default.RunRecord);

    public void WriteTimeline(IReadOnlyList<TimelineEntry> entries) => Write(RunDirectory.Timeline, entries, LabJson.Default.IReadOnlyListTimelineEntry);

    /// <summary>Null when the run has no timeline yet.</summary>
    public IReadOnlyList<TimelineEntry>? ReadTimeline()
    {
        string path = PathOf(RunDirectory.Timeline);
        if (!File.Exists(path)) return null;

        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, LabJson.Default.IReadOnlyListTimelineEntry);
        }
        catch (JsonException e)
        {
            throw new DeviceException("SLP5907", $"the timeline {path} is damaged at line {e.LineNumber + 1}: {e.Message}; the console beside it may still be whole", e);
        }
    }

    /// <summary>Writes a value made of generated JSON.</summary>
    public void Write<T>(string name, T value, JsonTypeInfo<T> type) => Write(name, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Replaces one file whole.</summary>
    /// <exception cref="DeviceException">The disk is full or may not be written.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        string path = PathOf(name);
        // Unique, because two threads of this process may write the same file; the last rename wins.
        string draft = $"{path}.{Guid.NewGuid():n}.new";
        try
        {
            File.WriteAllBytes(draft, content);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw new DeviceException("SLP5906", $"cannot write {path}: {e.Message}; free space or give the right to write there", e);
        }
    }
}
