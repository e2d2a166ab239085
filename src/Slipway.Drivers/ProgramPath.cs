namespace Slipway.Drivers;

/// <summary>Where the programs of this computer are.</summary>
public static class ProgramPath
{
    // Not in an ordinary user's PATH, and readable by everybody.
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin"];

    /// <summary>The program's file: a name is looked for in PATH and the system's directories, a path stands for itself; null when it is not there.</summary>
    public static string? Find(string program)
    {
        if (program.Contains('/')) return File.Exists(program) ? program : null;
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(SystemDirectories))
        {
            if (directory.Length == 0) continue;
            string file = Path.Combine(directory, program);
            if (File.Exists(file)) return file;
        }
        return null;
    }
}
