using Slipway.Lab;
using Slipway.Lab.Runs;

namespace Slipway.Storage.Artifacts;

/// <summary>Copies what a run's <c>artifacts:</c> patterns choose into the run's directory, keeping relative paths.</summary>
/// <remarks>Nothing outside the source directory is read: patterns cannot leave it, links to directories are not followed,
/// and a link to a file counts only when its target is inside.</remarks>
public static class ArtifactCollector
{
    /// <summary>A pattern that chooses more than this was not meant.</summary>
    private const int MaxFiles = 10_000;

    /// <summary>1 GiB: artifacts are reports and logs; an image is in <see cref="RunDirectory.Served"/> by its digest.</summary>
    private const long MaxBytes = 1L << 30;

    /// <param name="source">The run file's directory, absolute.</param>
    /// <param name="patterns">Relative glob patterns: <c>*</c>, <c>?</c>, <c>**</c>.</param>
    /// <param name="runDirectory">Where <see cref="RunDirectory.Artifacts"/> is made.</param>
    /// <exception cref="DeviceException">The copy cannot be written.</exception>
    public static ArtifactReport Collect(string source, IReadOnlyList<string> patterns, string runDirectory, CancellationToken ct)
    {
        var globs = new List<GlobPattern>();
        var notes = new List<string>();
        foreach (string text in patterns)
        {
            if (GlobPattern.TryParse(text, out GlobPattern glob)) globs.Add(glob);
            else notes.Add($"'{text}' is not a pattern below {source}: nothing taken for it");
        }
        if (globs.Count == 0 || !Directory.Exists(source)) return new ArtifactReport([], notes);

        string root = RealPath(new DirectoryInfo(source));
        string target = Path.Combine(runDirectory, RunDirectory.Artifacts);
        var taken = new List<string>();
        long bytes = 0;
        try
        {
            foreach ((FileInfo file, string[] parts) in Candidates(new DirectoryInfo(root), [], globs, notes))
            {
                ct.ThrowIfCancellationRequested();
                string name = string.Join('/', parts);
                if (RealFile(file) is not { } real || !real.FullName.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
                {
                    notes.Add($"{name}: a link out of {source}, or to nothing: not taken");
                    continue;
                }
                if (taken.Count == MaxFiles || bytes + real.Length > MaxBytes)
                {
                    notes.Add($"{name} and what follows: not taken, because a run keeps at most {MaxFiles} files and {MaxBytes >> 20} MiB");
                    break;
                }
                Copy(real, Path.Combine([target, .. parts]), name, notes, taken);
                bytes += real.Length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException("SLP5906", $"cannot keep artifacts in {target}: {e.Message}; free space or give the right to write there", e);
        }
        return new ArtifactReport(taken, notes);
    }

    private static IEnumerable<(FileInfo File, string[] Parts)> Candidates(
        DirectoryInfo directory, string[] above, List<GlobPattern> globs, List<string> notes)
    {
        FileSystemInfo[] entries = [];
        try
        {
            entries = directory.GetFileSystemInfos();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            notes.Add($"{directory.FullName}: {e.Message}: not searched");
        }
        foreach (FileSystemInfo entry in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            string[] parts = [.. above, entry.Name];
            if (entry is FileInfo file)
            {
                if (globs.Exists(glob => glob.Matches(parts))) yield return (file, parts);
            }
            else if (entry.LinkTarget is null && globs.Exists(glob => glob.ReachesBelow(parts)))
            {
                foreach ((FileInfo, string[]) below in Candidates((DirectoryInfo)entry, parts, globs, notes)) yield return below;
            }
        }
    }

    /// <summary>The file itself or the end of its chain of links; null when that is not a file.</summary>
    private static FileInfo? RealFile(FileInfo file)
    {
        if (file.LinkTarget is null) return file;
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true, DirectoryName: { } directory } target
                ? new FileInfo(Path.Combine(RealPath(new DirectoryInfo(directory)), target.Name))
                : null;
        }
        catch (IOException)
        {
            return null; // A ring of links.
        }
    }

    /// <summary>The directory with every link on the way to it resolved.</summary>
    private static string RealPath(DirectoryInfo directory)
    {
        if (directory.Parent is null) return directory.FullName;
        var real = new DirectoryInfo(Path.Combine(RealPath(directory.Parent), directory.Name));
        return real.ResolveLinkTarget(returnFinalTarget: true) is { } target ? RealPath(new DirectoryInfo(target.FullName)) : real.FullName;
    }

    private static void Copy(FileInfo from, string to, string name, List<string> notes, List<string> taken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (from.Length == 0)
        {
            // Not opened: a FIFO has no length either, and opening one waits for a writer.
            File.WriteAllBytes(to, []);
        }
        else
        {
            try
            {
                using FileStream test = from.OpenRead();
            }
            catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException)
            {
                notes.Add($"{name}: {e.Message}: not taken");
                return;
            }
            from.CopyTo(to, overwrite: true);
        }
        taken.Add(name);
    }
}

/// <summary>What was kept.</summary>
/// <param name="Files">Relative to <see cref="RunDirectory.Artifacts"/>, with slashes.</param>
/// <param name="Notes">What was not taken and why, for people.</param>
public sealed record ArtifactReport(IReadOnlyList<string> Files, IReadOnlyList<string> Notes);
