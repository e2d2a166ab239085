using System.Globalization;

namespace Slipway.Storage.Sqlite;

/// <summary>Tells a process from a later one with the same number.</summary>
/// <remarks>The kernel's boot id and the process's start time in clock ticks since that boot (field 22 of <c>/proc/PID/stat</c>):
/// after a restart of the computer, numbers and ticks may both come again, the boot id does not.</remarks>
internal static class ProcessStamp
{
    private const int StartTimeField = 22;

    /// <summary>The state is field 3 and follows the name, which is in parentheses and may hold anything.</summary>
    private const int FirstFieldAfterName = 3;

    /// <summary>True while the process that had this stamp runs.</summary>
    public static bool IsAlive(int pid, string stamp) => stamp.Length > 0 && Of(pid) == stamp;

    /// <summary>Empty when there is no such process.</summary>
    public static string Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        // A zombie has ended; only its parent has not looked yet.
        if (fields[0] is "Z" or "X") return "";
        string bootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        return $"{bootId}/{fields[StartTimeField - FirstFieldAfterName]}";
    }
}
