using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Drivers;
using Slipway.Drivers.Netboot;
using Slipway.Drivers.Qemu;
using Slipway.Drivers.VirtualNetwork;
using Slipway.Lab;
using Slipway.LabFile;

namespace Slipway.Server.Hosting;

/// <summary>One thing looked at.</summary>
/// <param name="IsGood">False when a run would fail for it.</param>
/// <param name="What">What was looked at.</param>
/// <param name="Found">What was found, and what to do when it is not good.</param>
public sealed record CheckLine(bool IsGood, string What, string Found);

/// <summary>Looks whether a lab could work on this computer: loaders, interface, ports, rights, QEMU, programs. Touches no machine and answers nobody.</summary>
public static class LabCheck
{
    private const int DhcpServerPort = 67;
    private const int TftpPort = 69;

    public static IReadOnlyList<CheckLine> Look(LabDescription lab, LabPlaces places)
    {
        var lines = new List<CheckLine> { new(true, "lab file", $"{lab.Path}: {lab.Machines.Count} machines, {lab.Images.Count} images") };
        Network(lab, lines);
        Places(places, lines);
        foreach (MachineDescription machine in lab.Machines.Values) Machine(machine, lines);
        Chains(lab, lines);
        return lines;
    }

    private static void Network(LabDescription lab, List<CheckLine> lines)
    {
        if (lab.Network.IsVirtual)
        {
            IReadOnlyList<(string What, string Package)> missing = VirtualNetworkRequirements.Missing();
            lines.Add(missing.Count == 0
                ? new CheckLine(true, "network", $"virtual, {lab.Network.Address}/{lab.Network.PrefixLength}")
                : new CheckLine(false, "network", $"virtual networks need {Join(missing)}"));
            return;
        }
        NetworkInterface? found = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == lab.Network.Interface);
        if (found is null)
        {
            string there = string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name).Order(StringComparer.Ordinal));
            lines.Add(new CheckLine(false, "network", $"there is no interface '{lab.Network.Interface}' (there are: {there})"));
            return;
        }
        IPAddress? address = lab.Network.Address ?? found.GetIPProperties().UnicastAddresses.FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        if (address is null)
        {
            lines.Add(new CheckLine(false, "network", $"interface '{found.Name}' has no IPv4 address; give it one: ip addr add 192.168.77.1/24 dev {found.Name}"));
            return;
        }
        bool up = found.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown;
        lines.Add(new CheckLine(up, "network", $"{found.Name}, {address}{(up ? "" : $": it is {found.OperationalStatus.ToString().ToLowerInvariant()}; plug the cable, or: ip link set {found.Name} up")}"));
        if (lab.Network.Dhcp.Mode != DhcpMode.Off) lines.Add(Port("DHCP", IPAddress.Any, DhcpServerPort, SocketType.Dgram));
        lines.Add(Port("TFTP", address, TftpPort, SocketType.Dgram));
        if (lab.Network.HttpPort != 0) lines.Add(Port("HTTP", address, lab.Network.HttpPort, SocketType.Stream));
    }

    private static CheckLine Port(string what, IPAddress address, int port, SocketType type)
    {
        string name = $"{(type == SocketType.Dgram ? "UDP" : "TCP")} port {port}";
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            return new CheckLine(true, what, $"{name} is free");
        }
        catch (SocketException e)
        {
            string todo = e.SocketErrorCode switch
            {
                SocketError.AccessDenied => "this user may not open it; run as root or: setcap cap_net_bind_service,cap_net_raw,cap_net_admin+ep out/slipway",
                SocketError.AddressAlreadyInUse => $"another program has it; see: ss -{(type == SocketType.Dgram ? "u" : "t")}lpn 'sport = {port}'",
                SocketError.AddressNotAvailable => $"{address} is no address of this computer",
                _ => e.Message,
            };
            return new CheckLine(false, what, $"{name}: {todo}");
        }
    }

    private static void Places(LabPlaces places, List<CheckLine> lines)
    {
        foreach (string directory in new[] { places.StateDirectory, places.RuntimeDirectory })
        {
            try
            {
                Directory.CreateDirectory(directory);
                string probe = Path.Combine(directory, $".check-{Environment.ProcessId}");
                File.WriteAllBytes(probe, []);
                File.Delete(probe);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                lines.Add(new CheckLine(false, "directory", $"{directory} cannot be written: {e.Message}; set {LabPlaces.StateVariable} and {LabPlaces.RuntimeVariable} to others"));
            }
        }
        if (NativeLibrary.TryLoad("libsqlite3.so.0", out nint library)) NativeLibrary.Free(library);
        else lines.Add(new CheckLine(false, "run database", "libsqlite3.so.0 is not on this computer; install the package libsqlite3-0"));
    }

    private static void Machine(MachineDescription machine, List<CheckLine> lines)
    {
        string what = $"machine {machine.Name}";
        if (machine.Qemu is { } qemu)
        {
            IReadOnlyList<(string What, string Package)> missing = QemuRequirements.Missing(qemu);
            lines.Add(missing.Count == 0
                ? new CheckLine(true, what, $"QEMU, {qemu.Firmware.Word()}, {qemu.MemoryMiB} MiB")
                : new CheckLine(false, what, $"QEMU needs {Join(missing)}"));
            return;
        }
        string[] programs = [.. new[] { machine.Power?.On, machine.Power?.Off, machine.Power?.Cycle, machine.Power?.Reset, machine.Power?.Status, machine.Console?.Command }
            .OfType<IReadOnlyList<string>>().Select(c => c[0]).Distinct()];
        string[] lost = [.. programs.Where(p => ProgramPath.Find(p) is null)];
        lines.Add(lost.Length == 0
            ? new CheckLine(true, what, $"power {(machine.Power is null ? "by hand" : "by command")}, console {(machine.Console is null ? "none" : "by command")}")
            : new CheckLine(false, what, $"no such program: {string.Join(", ", lost)}; install it or give its whole path"));
    }

    private static void Chains(LabDescription lab, List<CheckLine> lines)
    {
        foreach (MachineDescription machine in lab.Machines.Values)
        {
            if (machine.Image is not { } name || !lab.Images.TryGetValue(name, out ImageDescription? image)) continue;
            if (NetbootBench.Foresee(lab, machine, image) is not { } foreseen) continue;
            lines.Add(foreseen.Refusal.Length == 0
                ? new CheckLine(true, $"boot {machine.Name}", $"image {name} by {foreseen.Chain}")
                : new CheckLine(false, $"boot {machine.Name}", $"image {name}: {foreseen.Refusal}"));
        }
        foreach (ImageDescription image in lab.Images.Values.Where(i => !File.Exists(i.Kernel)))
            lines.Add(new CheckLine(true, $"image {image.Name}", $"its kernel is not built yet: {image.Kernel}"));
    }

    private static string Join(IReadOnlyList<(string What, string Package)> missing) => string.Join(", ", missing.Select(m => $"{m.What} (package {m.Package})"));
}
