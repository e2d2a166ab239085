using Slipway.LabFile.Labs;
using Slipway.LabFile.Values;

namespace Slipway.LabFile;

/// <summary>Reads a lab file and everything it includes. Touches no network and no device, only files.</summary>
public static class LabFileReader
{
    /// <summary>Largest file read, in bytes. 500 machines with everything said about each stay below an eighth of it (tested).</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>Reads and checks a lab file.</summary>
    /// <param name="path">The file, relative to the current directory or absolute; messages name it as it stands here.</param>
    /// <param name="environment">Gives an environment variable's value, null when it is not set.</param>
    /// <exception cref="LabFileException">The file is wrong; every problem found, warnings included.</exception>
    public static LabFileResult Read(string path, Func<string, string?> environment) =>
        Read(path, Directory.GetCurrentDirectory(), environment, new Disk());

    /// <inheritdoc cref="Read(string, Func{string, string})"/>
    public static LabFileResult Read(string path, IReadOnlyDictionary<string, string> environment) =>
        Read(path, name => environment.GetValueOrDefault(name));

    /// <summary>The same, from files that need not be on a disk.</summary>
    internal static LabFileResult Read(string path, string currentDirectory, Func<string, string?> environment, IFileSource files)
    {
        var problems = new ProblemList();
        var surroundings = new Surroundings(environment, files, problems);
        var parts = LabPartsLoader.Load(path, currentDirectory, surroundings);
        var lab = LabReader.Read(Path.GetFullPath(path, currentDirectory), parts, surroundings);
        problems.ThrowIfErrors();
        return new LabFileResult(lab!, problems.ToList());
    }
}
