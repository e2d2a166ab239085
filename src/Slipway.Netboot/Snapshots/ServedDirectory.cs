namespace Slipway.Netboot.Snapshots;

/// <summary>A directory of the user's own, served read-only. Nothing outside it is reached, whatever a name or a symlink says. Thread-safe.</summary>
/// <remarks>The jail is for mistakes and for clients, not for somebody who may already write to the directory: such a person can swap a
/// symlink between the check and the reading.</remarks>
public sealed class ServedDirectory
{
    private readonly string _root;
    private readonly FileSnapshots _snapshots;

    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public ServedDirectory(string root, FileSnapshots snapshots)
    {
        string? real = LinuxFile.RealPath(Path.GetFullPath(root), out _);
        if (real is null || !Directory.Exists(real)) throw new DirectoryNotFoundException($"{root} is no directory: create it, or correct the lab file");
        (_root, _snapshots) = (real, snapshots);
    }

    /// <summary>Answers a request for a file of the directory.</summary>
    /// <param name="name">Normalised by <see cref="BootPath"/>.</param>
    public FileAnswer Open(string name, string label = "")
    {
        if (!BootPath.TryNormalise(name, out string normal)) return new FileAnswer.Refuse($"'{name}' is no name of a file", Expected: false, label);

        string path = Path.Combine(_root, normal);
        string? real = LinuxFile.RealPath(path, out _);
        if (real is null) return Missing(normal, label);
        if (!IsInside(real))
            return new FileAnswer.Refuse($"{normal} leads out of {_root} through a symlink", Expected: false, label);
        try
        {
            return new FileAnswer.Send(_snapshots.Take(real), label, HttpBoot.BootMediaType.Of(normal));
        }
        catch (SnapshotException e) when (e.Failure is SnapshotFailure.IsDirectory or SnapshotFailure.NotFound)
        {
            return new FileAnswer.Refuse(e.Failure == SnapshotFailure.IsDirectory ? $"{normal} is a directory" : $"{normal} does not exist", Expected: true, label);
        }
        catch (SnapshotException e)
        {
            return new FileAnswer.Refuse(e.Message, Expected: false, label);
        }
    }

    private bool IsInside(string real) => real == _root || real.StartsWith(_root.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>Names that differ in case only are the commonest mistake of people who come from TFTP servers on other systems.</summary>
    private FileAnswer.Refuse Missing(string name, string label)
    {
        string directory = _root;
        string good = "";
        foreach (string part in name.Split('/'))
        {
            // Not even the names outside are told.
            if (LinuxFile.RealPath(directory, out _) is not { } real || !IsInside(real)) break;
            if (Path.Exists(Path.Combine(directory, part)))
            {
                (directory, good) = (Path.Combine(directory, part), $"{good}{part}/");
                continue;
            }
            string? near = NearMiss(directory, part);
            return near is null
                ? new FileAnswer.Refuse($"{name} does not exist", Expected: true, label)
                : new FileAnswer.Refuse($"{name} does not exist; {good}{near} exists; names are case-sensitive", Expected: false, label);
        }
        return new FileAnswer.Refuse($"{name} leads to nothing that is served", Expected: false, label);
    }

    private static string? NearMiss(string directory, string part)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName)
                .FirstOrDefault(entry => string.Equals(entry, part, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
