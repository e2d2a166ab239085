using System.Diagnostics;

namespace Slipway.InteropTests.Boots;

/// <summary>Where a class of boots happens: a directory of its own for lab files, state and sockets, and the executable under test.</summary>
public sealed class BootLab : IDisposable
{
    /// <summary>No boot takes this long, however slow the computer: it only ends what hangs.</summary>
    internal static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(12);

    private static readonly string? FoundTop = FindTop();

    public BootLab()
    {
        // Short: the path of a unix socket ends at 107 characters.
        Directory = System.IO.Directory.CreateTempSubdirectory("slw").FullName;
        State = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "state")).FullName;
        Runtime = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "r")).FullName;
    }

    /// <summary>For this class's own lab files, run files and kernels.</summary>
    public string Directory { get; }

    public string State { get; }

    public string Runtime { get; }

    /// <summary>The top of the source tree.</summary>
    public static string Top => FoundTop ?? throw new InvalidOperationException("Slipway.slnx is in no directory above the test assembly");

    /// <summary>The release executable: <c>$SLIPWAY_EXE</c>, or <c>out/slipway</c> of the source tree.</summary>
    public static string Executable =>
        Environment.GetEnvironmentVariable("SLIPWAY_EXE") is { Length: > 0 } named ? named : Path.Combine(Top, "out", "slipway");

    /// <summary>A file that <c>samples/build</c> made.</summary>
    public static string Sample(string name) => Path.Combine(Top, "out", "samples", name);

    public static string SampleLab => Path.Combine(Top, "samples", "lab.yaml");

    public static string SampleRun(string name) => Path.Combine(Top, "samples", "runs", name + ".run.yaml");

    /// <summary>Writes a file of this lab and gives its path.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal SlipwayProcess Start(params string[] arguments) =>
        SlipwayProcess.Start(Executable, arguments, Variables, Directory);

    /// <summary>Starts it in a mount namespace where <paramref name="hidden"/> is an empty directory: a package that is not installed.</summary>
    internal SlipwayProcess StartWithout(string hidden, params string[] arguments)
    {
        string[] unshare = Environment.IsPrivilegedProcess ? ["-m"] : ["-r", "-m"];
        return SlipwayProcess.Start(
            "unshare", [.. unshare, "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\"", hidden, Executable, .. arguments], Variables, Directory);
    }

    /// <summary>Starts it inside a network namespace of the test, as on a computer with that network.</summary>
    internal SlipwayProcess StartIn(string networkNamespace, params string[] arguments) =>
        SlipwayProcess.Start("ip", ["netns", "exec", networkNamespace, Executable, .. arguments], Variables, Directory);

    internal async Task<SlipwayResult> RunAsync(params string[] arguments)
    {
        await using SlipwayProcess slipway = Start(arguments);
        return await slipway.EndAsync(BootLimit);
    }

    /// <summary>Runs it where no TAP device can be had: frames go through the relay, as for an ordinary user with a closed /dev/net/tun.</summary>
    internal async Task<SlipwayResult> RunRelayedAsync(params string[] arguments)
    {
        var variables = new Dictionary<string, string>(Variables) { ["SLIPWAY_NETWORK"] = "relay" };
        await using SlipwayProcess slipway = SlipwayProcess.Start(Executable, arguments, variables, Directory);
        return await slipway.EndAsync(BootLimit);
    }

    /// <summary>Makes the one run of a run file and reads its report.</summary>
    internal async Task<RunReport> ReportAsync(string labFile, string runFile) =>
        Assert.Single(await ReportsAsync(labFile, runFile));

    internal async Task<IReadOnlyList<RunReport>> ReportsAsync(string labFile, string runFile, params string[] more)
    {
        SlipwayResult result = await RunAsync(["--lab", labFile, "run", runFile, "--json", .. more]);
        IReadOnlyList<RunReport> reports = RunReport.ReadAll(result);
        Assert.True(reports.Count > 0, $"no report\n{result}");
        Assert.True(reports.Max(r => r.ExitCode) == result.ExitCode, $"the exit code is not the worst run's\n{result}");
        return reports;
    }

    /// <summary>The run directories of this lab's state, each known by its console recording.</summary>
    public IReadOnlyList<string> RecordedConsoles() =>
        [.. System.IO.Directory.EnumerateFiles(State, "console.raw", SearchOption.AllDirectories)];

    /// <summary>Whether a virtual machine of this lab is still there.</summary>
    public bool HasVirtualMachine() => VirtualMachines().Count > 0;

    /// <summary>The process ids of this lab's virtual machines. They are nobody's children: they outlive who started them.</summary>
    public IReadOnlyList<int> VirtualMachines() => [.. Process.GetProcesses().Select(p => (p.Id, IsOurs: IsOurs(p))).Where(p => p.IsOurs).Select(p => p.Id)];

    public void Dispose()
    {
        // A test that failed half-way may have left a machine on: it outlives the slipway that was killed.
        foreach (int id in VirtualMachines())
        {
            using var machine = Process.GetProcessById(id);
            machine.Kill();
        }
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Dictionary<string, string> Variables => new()
    {
        ["SLIPWAY_STATE_DIR"] = State,
        ["SLIPWAY_RUNTIME_DIR"] = Runtime,
        ["NO_COLOR"] = "1",
    };

    // A machine of ours names our runtime directory in its command line: its sockets are there.
    private bool IsOurs(Process process)
    {
        using (process)
        {
            if (!process.ProcessName.StartsWith("qemu-system", StringComparison.Ordinal)) return false;
            try
            {
                return File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(Directory, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // gone meanwhile
            }
        }
    }

    private static string? FindTop()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
            if (File.Exists(Path.Combine(directory, "Slipway.slnx"))) return directory;
        return null;
    }
}
