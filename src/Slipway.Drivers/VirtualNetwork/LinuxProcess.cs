using System.Runtime.InteropServices;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>What .NET does not have of Linux's process calls.</summary>
internal static unsafe partial class LinuxProcess
{
    private const int OpenReadWriteCreate = 0x2 | 0x40; // O_RDWR | O_CREAT, without O_CLOEXEC: the lock goes over exec
    private const int LockExclusive = 2;
    private const int OwnerReadWrite = 0x180; // 0600

    /// <summary>Replaces this process's program (execvp(3)). Returns an errno, and only when it failed.</summary>
    public static int Execute(IReadOnlyList<string> words)
    {
        var memory = new List<nint>();
        byte** argv = (byte**)NativeMemory.AllocZeroed((nuint)words.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < words.Count; i++)
        {
            memory.Add(Marshal.StringToCoTaskMemUTF8(words[i]));
            argv[i] = (byte*)memory[i];
        }
        // .NET keeps the environment to itself; exec takes the C library's.
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            _ = SetEnvironment((string)variable.Key, (string?)variable.Value ?? "", overwrite: 1);
        _ = ExecuteFile(words[0], argv);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>True while no thread of the pool exists: what runs now is the first thread, and every thread that comes will inherit its namespaces.</summary>
    /// <remarks>The runtime's own threads (finalizer, signals, compilation) are there from the start; they open no socket and start no program.</remarks>
    public static bool IsSingleThreaded =>
        CurrentThread() == Environment.ProcessId
        && !Directory.GetDirectories("/proc/self/task").Any(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith(".NET TP", StringComparison.Ordinal));

    /// <summary>Takes this thread into the network namespace of a process, or into a new one. False when the system refused; nothing has changed then.</summary>
    public static bool TryEnterNetwork(int? member)
    {
        if (member is null) return Unshare(CloneNewNetwork) == 0;
        int descriptor = Open($"/proc/{member}/ns/net", flags: 0, mode: 0);
        if (descriptor < 0) return false;
        bool entered = SetNamespace(descriptor, CloneNewNetwork) == 0;
        _ = Close(descriptor);
        return entered;
    }

    /// <summary>Opens (and makes) a file and takes its lock, waiting for it; the descriptor survives <see cref="Execute"/>.</summary>
    public static int OpenAndLock(string path)
    {
        int descriptor = Open(path, OpenReadWriteCreate, OwnerReadWrite);
        if (descriptor >= 0) _ = Lock(descriptor, LockExclusive);
        return descriptor;
    }

    [LibraryImport("libc", EntryPoint = "execvp", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ExecuteFile(string file, byte** argv);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private const int CloneNewNetwork = 0x40000000;

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int CurrentThread();

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
