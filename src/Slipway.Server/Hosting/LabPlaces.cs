using System.Text;
using Slipway.Lab;

namespace Slipway.Server.Hosting;

/// <summary>Where one lab keeps what it remembers and where its sockets are.</summary>
/// <param name="StateDirectory">Survives a restart of the computer; absolute, ends with the lab's name.</param>
/// <param name="RuntimeDirectory">Sockets and process files; absolute, ends with the lab's name.</param>
public sealed record LabPlaces(string StateDirectory, string RuntimeDirectory)
{
    /// <summary><c>sun_path</c> of unix(7) without its terminating zero.</summary>
    private const int MaxSocketPathBytes = 107;

    /// <summary>Names the state directory of all labs; one directory per lab below it.</summary>
    public const string StateVariable = "SLIPWAY_STATE_DIR";

    /// <summary>Names the runtime directory of all labs; one directory per lab below it.</summary>
    public const string RuntimeVariable = "SLIPWAY_RUNTIME_DIR";

    /// <summary>The places of a lab by the environment, the user and the XDG base directories. Makes nothing.</summary>
    /// <param name="lab">The lab's name: letters, digits and dashes.</param>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <param name="isRoot">Whether the system's directories are used.</param>
    public static LabPlaces Of(string lab, Func<string, string?> environment, bool isRoot)
    {
        string state = Named(StateVariable) ?? (isRoot ? "/var/lib/slipway" : UserState());
        string runtime = Named(RuntimeVariable)
            ?? (isRoot ? "/run/slipway" : Xdg("XDG_RUNTIME_DIR") is { } xdg ? Path.Combine(xdg, "slipway") : Path.Combine(state, "runtime"));
        return new LabPlaces(Path.Combine(state, lab), Path.Combine(runtime, lab));

        string? Named(string variable) => environment(variable) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

        // The XDG specification: a relative path is to be ignored.
        string? Xdg(string variable) => environment(variable) is { Length: > 0 } path && Path.IsPathRooted(path) ? path : null;

        string UserState() => Path.Combine(
            Xdg("XDG_STATE_HOME") ?? Path.Combine(environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "slipway");
    }

    /// <summary>What is known about AMT hosts: one file for all labs of this user, and for no lab at all.</summary>
    public string AmtHosts => Path.Combine(Path.GetDirectoryName(StateDirectory)!, "amt-hosts.json");

    /// <summary>The places for this process.</summary>
    public static LabPlaces Of(string lab) => Of(lab, Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);

    /// <summary>The path of a unix socket in the runtime directory.</summary>
    /// <exception cref="DeviceException">It is longer than the system allows.</exception>
    public string SocketPath(string name)
    {
        string path = Path.Combine(RuntimeDirectory, name);
        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > MaxSocketPathBytes)
        {
            throw new DeviceException("SLP5911",
                $"the socket path {path} has {bytes} bytes, a unix socket's may have {MaxSocketPathBytes}; set {RuntimeVariable} to a shorter directory");
        }
        return path;
    }
}
