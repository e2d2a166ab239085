using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.InteropTests.Network;

/// <summary>
/// A network namespace of a test's own, made and removed with <c>ip</c>; needs root. Interfaces inside go away with it.
/// Sockets opened within <see cref="Run(Action)"/> belong to it for their whole life, whichever thread uses them later.
/// </summary>
public sealed class TestNamespace : IDisposable
{
    private const int CloneNewNet = 0x4000_0000;

    private static int s_made;

    /// <summary>Makes the namespace with its loopback up.</summary>
    public TestNamespace(string purpose)
    {
        int number = Interlocked.Increment(ref s_made);
        Name = string.Create(CultureInfo.InvariantCulture, $"slw-{purpose}-{Environment.ProcessId}-{number}");
        HostIp("netns", "add", Name);
        // No duplicate address detection: an IPv6 address is usable at once.
        Exec("sh", "-c", "for f in all default lo; do echo 0 > /proc/sys/net/ipv6/conf/$f/accept_dad; done");
        Ip("link set lo up");
    }

    /// <summary>As <c>ip netns</c> knows it.</summary>
    public string Name { get; }

    /// <summary>Runs <c>ip</c> inside; throws with its message when it fails.</summary>
    public void Ip(string arguments) => HostIp(["-n", Name, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>A veth pair with one end here and the other in <paramref name="peer"/> (which may be this one); both are up.</summary>
    public void AddVeth(string here, TestNamespace peer, string there)
    {
        Ip($"link add {here} type veth peer name {there} netns {peer.Name}");
        Ip($"link set {here} up");
        peer.Ip($"link set {there} up");
    }

    /// <summary>A bridge that is up, with an address such as <c>10.77.0.1/24</c>.</summary>
    public void AddBridge(string name, string address)
    {
        Ip($"link add {name} type bridge");
        Ip($"addr add {address} dev {name}");
        Ip($"link set {name} up");
    }

    /// <summary>A tap for a virtual machine, up and in the bridge.</summary>
    public void AddTap(string name, string bridge)
    {
        Ip($"tuntap add dev {name} mode tap");
        Ip($"link set {name} master {bridge}");
        Ip($"link set {name} up");
    }

    /// <summary>Runs the action on a thread of its own inside the namespace; its exception comes out here.</summary>
    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    /// <inheritdoc cref="Run(Action)"/>
    public T Run<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = Name };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Runs a program inside to its end and returns its exit code and both outputs together; killed after a minute.</summary>
    public (int ExitCode, string Output) Exec(string program, params string[] arguments) =>
        Execute("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Starts a program inside with its streams redirected; the caller kills and disposes it.</summary>
    public Process Start(string program, params string[] arguments) => StartProcess("ip", ["netns", "exec", Name, program, .. arguments]);

    public void Dispose()
    {
        // What still runs inside (a DHCP client that went to the background) would keep the namespace alive.
        (_, string pids) = Execute("ip", ["netns", "pids", Name]);
        foreach (string pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(pid, CultureInfo.InvariantCulture, out int id) && id != Environment.ProcessId) Execute("kill", ["-9", pid]);
        Execute("ip", ["netns", "delete", Name]);
    }

    // The thread is ours alone and ends with the action, so it never has to come back.
    private void Enter()
    {
        int descriptor = Open(Encoding.UTF8.GetBytes($"/var/run/netns/{Name}\0"), 0);
        if (descriptor < 0) throw new InvalidOperationException($"open netns {Name}: errno {Marshal.GetLastPInvokeError()}");
        int result = SetNamespace(descriptor, CloneNewNet);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0) throw new InvalidOperationException($"setns {Name}: errno {error} (these tests need root)");
    }

    private static void HostIp(params string[] arguments)
    {
        (int exitCode, string output) = Execute("ip", arguments);
        if (exitCode != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {output.Trim()} (these tests need root)");
    }

    private static (int ExitCode, string Output) Execute(string program, IEnumerable<string> arguments)
    {
        using Process process = StartProcess(program, arguments);
        process.StandardInput.Close();
        // A program that daemonises keeps its pipes open, so the wait is for the program and not for the end of its output.
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromMinutes(1))) process.Kill(entireProcessTree: true);
        using var drained = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            process.WaitForExitAsync(drained.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // A background child still holds the pipe; what it printed so far is what there is.
        }
        lock (output) return (process.HasExited ? process.ExitCode : -1, output.ToString());
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line is null) return;
        lock (output) output.Append(line).Append('\n');
    }

    private static Process StartProcess(string program, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(int descriptor, int kind);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
