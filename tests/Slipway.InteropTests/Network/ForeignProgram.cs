using System.Diagnostics;

namespace Slipway.InteropTests.Network;

/// <summary>Finds the foreign programs the tests talk to.</summary>
public static class ForeignProgram
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <summary>The program's full path; otherwise fails the test and names the package to install.</summary>
    public static string Require(string program, string package) =>
        Find(program) ?? throw new InvalidOperationException($"This test needs '{program}', which is not installed: install the package {package}.");

    /// <summary>The file itself when it is there; otherwise fails the test and names the package to install.</summary>
    public static string RequireFile(string path, string package) =>
        File.Exists(path) ? path : throw new InvalidOperationException($"This test needs {path}, which is not there: install the package {package}.");

    /// <summary>True under <c>CI=true</c>, where <c>./test</c> has installed everything and a missing program is a failure.</summary>
    public static bool IsContinuousIntegration => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The program's full path, or null.</summary>
    public static string? Find(string program)
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(SystemFolders).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end and returns its exit code and everything it printed.</summary>
    /// <param name="package">Debian package to name when the program is missing.</param>
    public static (int ExitCode, string Output) Run(string program, string package, params string[] arguments)
    {
        var start = new ProcessStartInfo(Require(program, package), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end in {Deadline}: {output.Result}{errors.Result}");
        }
        return (process.ExitCode, output.Result + errors.Result);
    }
}
