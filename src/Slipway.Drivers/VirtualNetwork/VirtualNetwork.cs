using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Slipway.Lab;
using Slipway.LabFile;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>The bridge of a lab of virtual machines, inside the lab's namespace.</summary>
public static class VirtualNetwork
{
    public const string BridgeName = "br0";

    // A prefix of our own (RFC 4193) so that router advertisements have something to announce.
    private const string Ipv6Address = "fd77:736c:6970::1/64";

    // TAP devices this process has made: 'ip' need not be started for them again.
    private static readonly ConcurrentDictionary<string, bool> Taps = new(StringComparer.Ordinal);

    /// <summary>Makes the bridge with our address, and ports for the virtual machines that will be wanted; does nothing when they are there.</summary>
    /// <param name="address">Ours.</param>
    /// <param name="prefixLength">Of the network.</param>
    /// <param name="machines">Who will be switched on in a moment: one start of <c>ip</c> instead of one each. Others get their port when they start.</param>
    /// <exception cref="DeviceException"><c>ip</c> refused; the message says what.</exception>
    public static void Prepare(IPAddress address, int prefixLength, IEnumerable<MachineDescription> machines)
    {
        if (Directory.Exists($"/sys/class/net/{BridgeName}") && IsUp(BridgeName)) return;
        // sysfs belongs to the namespace that mounted it, so the bridge may be there without being seen: "File exists" is no trouble.
        Ip($"""
            link set lo up
            link add {BridgeName} type bridge
            addr replace {address}/{prefixLength} dev {BridgeName}
            link set {BridgeName} up
            addr replace {Ipv6Address} dev {BridgeName} nodad
            {string.Join('\n', HasTap ? machines.Where(m => m.Qemu is not null).Select(TapName).Where(name => Taps.TryAdd(name, true)).Select(TapCommands) : [])}
            """);
        LinuxEthernet.SwitchOffloadsOff(BridgeName);
    }

    /// <summary>Whether frames go through TAP devices; otherwise through a relay of ours.</summary>
    public static bool HasTap
    {
        get
        {
            if (Environment.GetEnvironmentVariable("SLIPWAY_NETWORK") == "relay") return false;
            try
            {
                using FileStream tun = File.Open("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The TAP device of a machine. Linux allows 15 characters; the MAC is unique in the lab.</summary>
    internal static string TapName(MachineDescription machine) => "t-" + Convert.ToHexStringLower(machine.Mac.GetAddressBytes());

    /// <summary>A persistent TAP device on the bridge; does nothing when it is there.</summary>
    internal static void AddTap(string name)
    {
        if (Taps.TryAdd(name, true)) Ip(TapCommands(name));
    }

    private static string TapCommands(string name) => $"tuntap add dev {name} mode tap\nlink set {name} master {BridgeName} up";

    /// <summary>A pair of connected interfaces, <paramref name="bridgeEnd"/> on the bridge; does nothing when it is there.</summary>
    internal static void AddPair(string bridgeEnd, string relayEnd)
    {
        Ip($"""
            link add {bridgeEnd} type veth peer name {relayEnd}
            link set {bridgeEnd} master {BridgeName} up
            link set {relayEnd} up
            """);
        LinuxEthernet.SwitchOffloadsOff(bridgeEnd);
        LinuxEthernet.SwitchOffloadsOff(relayEnd);
    }

    private static bool IsUp(string name) =>
        System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Any(i => i.Name == name && i.OperationalStatus != System.Net.NetworkInformation.OperationalStatus.Down);

    private static void Ip(string commands)
    {
        var start = new ProcessStartInfo("ip", ["-force", "-batch", "-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new DeviceException("SLP5202", "the program 'ip' is not on this computer; install the package iproute2");
        process.StandardInput.Write(commands + "\n");
        process.StandardInput.Close();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var real = new StringBuilder();
        foreach (string line in errors.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool harmless = line.Contains("File exists", StringComparison.Ordinal) || line.StartsWith("Command failed", StringComparison.Ordinal)
                || line.Contains("Device or resource busy", StringComparison.Ordinal);
            if (!harmless) real.AppendLine(line);
        }
        if (real.Length > 0) throw new DeviceException("SLP5203", $"the virtual network could not be made: ip: {real.ToString().Trim()}");
    }
}
