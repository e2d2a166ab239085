using Slipway.LabFile.Values;

namespace Slipway.LabFile;

/// <summary>Finds the lab file when nobody names it.</summary>
public static class LabFileLocator
{
    private const string Variable = "SLIPWAY_LAB";
    private const string FileName = "lab.yaml";

    /// <summary>The first that is said or exists: <c>--lab</c>, <c>$SLIPWAY_LAB</c>, <c>./lab.yaml</c>, <c>~/.config/slipway/lab.yaml</c>, <c>/etc/slipway/lab.yaml</c>.</summary>
    /// <param name="explicitPath">What <c>--lab</c> said; null without it.</param>
    /// <param name="environment">Gives an environment variable's value, null when it is not set.</param>
    /// <param name="currentDirectory">Absolute.</param>
    /// <param name="home">The user's home directory; null when there is none.</param>
    /// <exception cref="LabFileException">None is there (SLP1001), with every place looked at. A path that was named but does not exist is an error, never a reason to look further.</exception>
    public static string Find(string? explicitPath, Func<string, string?> environment, string currentDirectory, string? home) =>
        Find(explicitPath, environment, currentDirectory, home, new Disk());

    internal static string Find(string? explicitPath, Func<string, string?> environment, string currentDirectory, string? home, IFileSource files)
    {
        if (explicitPath is not null) return Named(explicitPath, "--lab", currentDirectory, files);
        if (environment(Variable) is { Length: > 0 } named) return Named(named, "$" + Variable, currentDirectory, files);

        string?[] places =
        [
            Path.Combine(currentDirectory, FileName),
            home is null ? null : Path.Combine(home, ".config", "slipway", FileName),
            "/etc/slipway/" + FileName,
        ];
        if (Array.Find(places, p => p is not null && files.FileExists(p)) is not { } found)
        {
            throw Failure(
                FileName,
                $"no lab file: --lab not given, ${Variable} not set, and none at {string.Join(", ", places.OfType<string>())}; write "
                    + "one (docs/lab-file.md) or name it with --lab");
        }

        return found == places[0] ? FileName : found;
    }

    private static string Named(string path, string by, string currentDirectory, IFileSource files) =>
        path.Length > 0 && files.FileExists(Path.GetFullPath(path, currentDirectory))
            ? path
            : throw Failure(path.Length == 0 ? by : path, $"{by} names '{Quoting.Shorten(path)}', and no such file is there");

    private static LabFileException Failure(string file, string message) => new([new FileProblem(file, 0, 0, ProblemCode.NoFile, message)]);
}
