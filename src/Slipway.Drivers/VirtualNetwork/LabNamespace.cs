using System.Globalization;
using System.Text;
using Slipway.Lab;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>The network namespace of a lab of virtual machines. The whole process lives inside it, so that no packet of ours can reach a real network.</summary>
/// <remarks>
/// Root's process goes in itself, while it still has one thread that opens sockets or starts threads: whatever is started afterwards is inside too. That
/// saves a quarter of a second. An ordinary user needs a user namespace, which only a single-threaded process may enter: the process executes itself again
/// through <c>unshare</c> (the first one) or <c>nsenter</c> (those that come while one is there). The process id stays, so Ctrl-C and exit codes are as if
/// nothing had happened.
/// </remarks>
public static class LabNamespace
{
    // Says "you are inside" to the executed self; its value is the namespace's inode, so that a copied environment does not mislead.
    private const string Marker = "SLIPWAY_NETNS";
    private const string MembersDirectory = "netns";

    /// <summary>Returns inside the lab's namespace. From outside it does not return: the process goes on as itself, inside.</summary>
    /// <param name="lab">The lab's name; for messages.</param>
    /// <param name="runtimeDirectory">Where the lab's processes find each other.</param>
    /// <exception cref="DeviceException">A program is missing, or this computer forbids user namespaces.</exception>
    public static void Enter(string lab, string runtimeDirectory)
    {
        string members = Path.Combine(runtimeDirectory, MembersDirectory);
        if (Environment.GetEnvironmentVariable(Marker) is { } outside && outside != OwnNamespace())
        {
            Register(members);
            return;
        }

        Require("unshare", "util-linux");
        Require("nsenter", "util-linux");
        Require("ip", "iproute2");
        Directory.CreateDirectory(members);
        Environment.SetEnvironmentVariable(Marker, OwnNamespace());
        // Held until the executed self has registered: of two processes that start together the second finds the first. Inherited over exec.
        int gate = LinuxProcess.OpenAndLock(Path.Combine(runtimeDirectory, "netns.lock"));
        Environment.SetEnvironmentVariable(GateVariable, gate.ToString(CultureInfo.InvariantCulture));

        bool isRoot = Environment.IsPrivilegedProcess;
        if (isRoot && LinuxProcess.IsSingleThreaded && LinuxProcess.TryEnterNetwork(FindMember(members)))
        {
            Register(members);
            return;
        }
        string[] enter = FindMember(members) is { } member
            ? ["nsenter", "-t", member.ToString(CultureInfo.InvariantCulture), .. isRoot ? Array.Empty<string>() : ["-U", "--preserve-credentials"], "-n", "--"]
            : isRoot ? ["unshare", "-n", "--"] : ["unshare", "-U", "-r", "-n", "--"];
        int error = LinuxProcess.Execute([.. enter, .. OwnCommandLine()]);
        throw new DeviceException("SLP5201", $"lab '{lab}' could not enter its network namespace: {enter[0]}: error {error}");
    }

    /// <summary>Makes a process (a virtual machine's) one by which others find the namespace.</summary>
    public static void Register(string runtimeDirectory, int processId)
    {
        string members = Path.Combine(runtimeDirectory, MembersDirectory);
        Directory.CreateDirectory(members);
        File.WriteAllText(Path.Combine(members, processId.ToString(CultureInfo.InvariantCulture)), OwnNamespace());
    }

    private const string GateVariable = "SLIPWAY_NETNS_GATE";

    private static void Register(string members)
    {
        Directory.CreateDirectory(members);
        File.WriteAllText(Path.Combine(members, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), OwnNamespace());
        if (!int.TryParse(Environment.GetEnvironmentVariable(GateVariable), out int gate)) return;
        Environment.SetEnvironmentVariable(GateVariable, null);
        _ = LinuxProcess.Close(gate);
    }

    // A process that is alive and still in the namespace it registered; files of others are swept away.
    private static int? FindMember(string members)
    {
        int? found = null;
        foreach (string file in Directory.GetFiles(members))
        {
            if (found is null && int.TryParse(Path.GetFileName(file), out int id) && NamespaceOf(id) is { } now && now == File.ReadAllText(file)) found = id;
            else if (!int.TryParse(Path.GetFileName(file), out id) || NamespaceOf(id) is not { } other || other != File.ReadAllText(file)) File.Delete(file);
        }
        return found;
    }

    private static string OwnNamespace() => NamespaceOf(Environment.ProcessId) ?? "";

    private static string? NamespaceOf(int processId)
    {
        try
        {
            return new FileInfo($"/proc/{processId}/ns/net").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] OwnCommandLine()
    {
        string[] words = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        // The first word may be a name found in PATH from another directory: the file itself is certain.
        return [Environment.ProcessPath ?? words[0], .. words[1..]];
    }

    internal static void Require(string program, string package)
    {
        if (ProgramPath.Find(program) is null) throw new DeviceException("SLP5202", $"the program '{program}' is not on this computer; install the package {package}");
    }
}
