using System.Text.Json;
using Slipway.InteropTests.Network;

namespace Slipway.InteropTests.Boots;

/// <summary>A machine that Slipway knows only by commands, on a network interface where somebody else gives the addresses: the lab of most people on their first day.</summary>
/// <remarks>The machine is QEMU started by the test's own script; the other DHCP server is dnsmasq, which knows nothing of booting.</remarks>
public sealed class CommandMachineTests(BootLab lab) : IClassFixture<BootLab>
{
    private const string Mac = "52:54:00:77:00:01";

    [BootFact]
    public async Task A_run_beside_a_foreign_dhcp_server_builds_retries_and_keeps_what_it_made()
    {
        string dnsmasq = ForeignProgram.Require("dnsmasq", "dnsmasq-base");
        using var network = new TestNamespace("proxy");
        network.AddBridge("br0", "10.77.0.1/24");
        network.AddTap("t0", "br0");
        // The other server is another computer on the same wire.
        using var router = new TestNamespace("router");
        network.AddVeth("p0", router, "eth0");
        network.Ip("link set p0 master br0");
        router.Ip("addr add 10.77.0.2/24 dev eth0");
        ServeAddresses(router, dnsmasq, "eth0", "10.77.0.2");
        string labFile = lab.Write("beside.lab.yaml", LabText());
        string runFile = lab.Write("beside.run.yaml", RunText());
        lab.Write("board.sh", BoardScript());

        await using SlipwayProcess slipway = lab.StartIn(network.Name, "--lab", labFile, "run", runFile, "--json");
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        IReadOnlyList<RunReport> reports = RunReport.ReadAll(result);
        Assert.True(reports.Count > 0, result.ToString());
        RunReport report = reports[^1].Ended("passed", 0);
        // The first power-on failed, which is the lab's trouble, and was tried again.
        Assert.Equal("2", File.ReadAllText(Path.Combine(lab.Directory, "times")).Trim());
        // dnsmasq gave the address, we gave the files.
        Assert.Contains(Mac, File.ReadAllText(Path.Combine(lab.Directory, "leases")), StringComparison.Ordinal);
        Assert.NotEmpty(report.Served);
        Assert.Empty(report.Facts("Leased"));
        report.ConsoleHas("MB2-OK");
        // What was built is what booted, and what the build made is kept.
        Assert.True(File.Exists(Path.Combine(report.Directory, "build.log")), report.ToString());
        Assert.Contains("made the kernel", File.ReadAllText(Path.Combine(report.Directory, "build.log")), StringComparison.Ordinal);
        string kept = Assert.Single(Directory.EnumerateFiles(report.Directory, "summary.txt", SearchOption.AllDirectories));
        Assert.Equal("kept\n", File.ReadAllText(kept));
        Assert.False(File.Exists(Path.Combine(lab.Directory, "board.pid")), "the machine was left on");
    }

    [BootFact]
    public async Task A_dhcp_server_on_the_same_computer_is_named_before_the_machine_is_touched()
    {
        string dnsmasq = ForeignProgram.Require("dnsmasq", "dnsmasq-base");
        using var network = new TestNamespace("taken");
        network.AddBridge("br0", "10.77.0.1/24");
        ServeAddresses(network, dnsmasq, "br0", "10.77.0.1");
        string labFile = lab.Write("taken.lab.yaml", LabText());
        string runFile = lab.Write("taken.run.yaml", RunText());
        lab.Write("board.sh", BoardScript());

        await using SlipwayProcess slipway = lab.StartIn(network.Name, "--lab", labFile, "run", runFile);
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("another program already listens there", result.Error, StringComparison.Ordinal);
        Assert.Contains("[SLP2001]", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(lab.Directory, "board.pid")), "the machine was switched on");
    }

    [BootFact]
    public async Task Netboot_without_a_lab_file_prints_each_boot_as_json()
    {
        using var network = new TestNamespace("netboot");
        network.AddBridge("br0", "10.77.0.1/24");
        network.AddTap("t0", "br0");
        lab.Write("board.sh", BoardScript());
        File.WriteAllText(Path.Combine(lab.Directory, "times"), "1\n");

        await using SlipwayProcess slipway = lab.StartIn(
            network.Name, "netboot", "--interface", "br0", "--dhcp", "full", "--range", "10.77.0.100-10.77.0.150", "--kernel", BootLab.Sample("sample.bin"), "--json");
        // Its first line comes with the first machine; until then only the open port says that it serves.
        (int found, string ports) = (1, "");
        while (found != 0 && !slipway.HasEnded) (found, ports) = network.Exec("sh", "-c", "ss -uln | grep -q ':67 '");
        Assert.False(slipway.HasEnded, ports);
        network.Exec("sh", Path.Combine(lab.Directory, "board.sh"), "on");
        await slipway.WaitForAsync("FileServed.*sample.bin", BootLab.BootLimit);
        await slipway.InterruptAsync();
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);
        network.Exec("sh", Path.Combine(lab.Directory, "board.sh"), "off");

        Assert.True(result.ExitCode == 0, result.ToString());
        string[] events = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
        Assert.StartsWith($"{{\"machine\":\"{Mac}\",", result.Output, StringComparison.Ordinal);
        Assert.Contains("FirmwareAsked", events);
        Assert.Contains("FileServed", events);
    }

    private void ServeAddresses(TestNamespace place, string dnsmasq, string device, string address)
    {
        (int started, string output) = place.Exec(
            dnsmasq, "--conf-file=/dev/null", "--port=0", $"--interface={device}", "--bind-interfaces", $"--listen-address={address}", "--no-ping", "--user=root",
            "--dhcp-range=10.77.0.200,10.77.0.220,1h", "--dhcp-authoritative", $"--dhcp-leasefile={Path.Combine(lab.Directory, "leases")}",
            $"--pid-file={Path.Combine(lab.Directory, $"dnsmasq-{device}.pid")}");
        Assert.True(started == 0, output);
    }

    private string LabText() => $$"""
        lab: beside
        network:
          interface: br0
          dhcp: { mode: proxy }
        images:
          built: { kernel: {{lab.Directory}}/built.bin, protocol: multiboot2 }
        machines:
          board:
            mac: {{Mac}}
            image: built
            power:
              driver: command
              on: [sh, board.sh, "on"]
              off: [sh, board.sh, "off"]
              status: [sh, board.sh, status]
            console: { driver: command, command: [socat, "-", "UNIX-LISTEN:{{lab.Directory}}/serial,unlink-early"] }
        """;

    private string RunText() => $$"""
        run: beside
        machine: board
        build: { command: "cp {{BootLab.Sample("sample.bin")}} built.bin && mkdir -p results && echo kept > results/summary.txt && echo made the kernel", dir: {{lab.Directory}} }
        steps:
          - { expect: '^MB2-OK', within: 120s }
        retry: { on: lab-fault, times: 1 }
        artifacts: [results/*.txt]
        """;

    // QEMU by hand, as a person would: the first "on" fails like a relay that sticks.
    private string BoardScript() => $"""
        cd {lab.Directory}
        case $1 in
        on)
            n=$(($(cat times 2>/dev/null || echo 0) + 1)); echo $n > times
            if [ $n = 1 ]; then echo 'the relay sticks' >&2; exit 1; fi
            exec qemu-system-x86_64 -accel tcg -m 128M -cpu Nehalem -nodefaults -display none -vga std \
                -netdev tap,id=n0,ifname=t0,script=no,downscript=no -device virtio-net-pci,netdev=n0,mac={Mac},bootindex=1 \
                -chardev socket,id=s0,path={lab.Directory}/serial,reconnect=1 -serial chardev:s0 -daemonize -pidfile {lab.Directory}/board.pid ;;
        off)
            [ -f board.pid ] && kill $(cat board.pid); while [ -f board.pid ]; do sleep 0.1; done; exit 0 ;;
        status)
            [ -f board.pid ] && echo on || echo off ;;
        esac
        """;
}
