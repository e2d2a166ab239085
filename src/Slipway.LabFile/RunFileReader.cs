using Slipway.LabFile.Labs;
using Slipway.LabFile.Runs;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile;

/// <summary>Reads a run file: one run per YAML document; several are a suite, in order.</summary>
public static class RunFileReader
{
    /// <summary>Reads and checks a run file against the lab it will run in.</summary>
    /// <param name="path">The file, relative to the current directory or absolute; messages name it as it stands here.</param>
    /// <param name="lab">The lab whose machines and images the runs name.</param>
    /// <param name="environment">Gives an environment variable's value, null when it is not set.</param>
    /// <param name="defaultMachine">The machine of runs that name none and need no tags; null = such runs are errors.</param>
    /// <param name="warnings">Is given what the author should look at; null = nobody wants to know.</param>
    /// <exception cref="LabFileException">The file is wrong; every problem found, warnings included.</exception>
    public static IReadOnlyList<RunDescription> Read(
        string path, LabDescription lab, Func<string, string?> environment, string? defaultMachine = null, ICollection<FileProblem>? warnings = null) =>
        Read(path, Directory.GetCurrentDirectory(), lab, new Surroundings(environment, new Disk(), new ProblemList()), defaultMachine, warnings);

    /// <summary>The same, from files that need not be on a disk.</summary>
    internal static IReadOnlyList<RunDescription> Read(
        string path, string currentDirectory, LabDescription lab, Surroundings surroundings, string? defaultMachine, ICollection<FileProblem>? warnings)
    {
        var problems = surroundings.Problems;
        var fullPath = Path.GetFullPath(path, currentDirectory);
        var file = new SourceFile(path, Path.GetDirectoryName(fullPath) ?? "/");
        var whole = new Place(file, 0, 0);
        var documents = YamlFile.Read(fullPath, file, whole, surroundings);
        if (documents is { Count: 0 })
        {
            problems.Add(
                whole,
                ProblemCode.DocumentCount,
                "the file is empty; it must describe at least one run");
        }

        var reader = new RunReader(lab, surroundings, defaultMachine);
        var runs = (documents ?? []).Select(reader.Read).ToList();
        problems.ThrowIfErrors();
        foreach (var warning in warnings is null ? [] : problems.ToList()) warnings!.Add(warning);
        return [.. runs.OfType<RunDescription>()];
    }
}
