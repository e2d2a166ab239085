using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Slipway.Benchmarks;

/// <summary>The same boot by dnsmasq: a namespace, a bridge, a tap, a TFTP root with everything in it, and the same virtual machine.</summary>
/// <param name="root">The repository.</param>
/// <param name="chain">What to boot.</param>
/// <param name="isTuned">No ping, router advertisement, a fixed address, and a GRUB image that asks for one configuration only.</param>
internal sealed class DnsmasqBench(string root, BootChain chain, bool isTuned) : IAsyncDisposable
{
    private const string Namespace = "slipway-perf";
    private const string Mac = "52:54:00:78:00:01";
    private static readonly TimeSpan MarkerDeadline = TimeSpan.FromMinutes(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-perf").FullName;
    private Process? _dnsmasq;
    private Process? _qemu;

    /// <summary>From starting QEMU to the marker on the console.</summary>
    public async Task<TimeSpan> TimeAsync()
    {
        await PrepareAsync();
        _dnsmasq = Start("ip", ["netns", "exec", Namespace, "dnsmasq", "-d", "-C", "/dev/null", "--port=0", "--interface=br0", "--bind-interfaces",
            $"--dhcp-leasefile={_directory}/leases", "--dhcp-range=10.78.0.100,10.78.0.150,1h", "--enable-tftp", $"--tftp-root={_directory}/tftp", "--dhcp-boot=pxelinux.0",
            .. isTuned ? ["--no-ping", "--dhcp-range=fd78::,ra-stateless", "--enable-ra", $"--dhcp-host={Mac},10.78.0.10"] : Array.Empty<string>()]);
        await UntilAsync(_dnsmasq.StandardError, "started");

        long start = TimeProvider.System.GetTimestamp();
        _qemu = Start("ip", ["netns", "exec", Namespace, "qemu-system-x86_64", "-accel", "tcg", "-machine", "pc", "-cpu", "Nehalem",
            "-m", chain.MemoryMiB.ToString(CultureInfo.InvariantCulture), "-nodefaults", "-vga", "std", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no", "-device", $"virtio-net-pci,netdev=n0,mac={Mac},bootindex=1"]);
        await UntilAsync(_qemu.StandardOutput, chain.Marker);
        return TimeProvider.System.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process? process in new[] { _qemu, _dnsmasq })
        {
            if (process is null) continue;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        await RunAsync("ip", "netns", "del", Namespace);
        Directory.Delete(_directory, recursive: true);
    }

    private async Task PrepareAsync()
    {
        foreach ((string name, string file) in chain.Files) Place(name, await File.ReadAllBytesAsync(file));
        foreach ((string name, string text) in chain.Texts) Place(name, Encoding.ASCII.GetBytes(text));
        if (chain.NeedsGrub)
        {
            string early = Path.Combine(_directory, "early.cfg");
            await File.WriteAllTextAsync(early, "configfile (tftp,10.78.0.1)/grub/grub.cfg\n");
            await RunAsync("grub-mkimage", ["-O", "i386-pc-pxe", "-o", $"{_directory}/tftp/grub.pxe", "-p", "/grub", .. isTuned ? ["-c", early] : Array.Empty<string>(),
                "pxe", "tftp", "http", "net", "serial", "terminal", "normal", "multiboot", "multiboot2", "linux", "echo", "test", "configfile", "boot", "gzio"]);
        }
        await RunAsync("ip", "netns", "add", Namespace);
        string[][] commands =
        [
            ["link", "set", "lo", "up"],
            ["link", "add", "br0", "type", "bridge"],
            ["addr", "add", "10.78.0.1/24", "dev", "br0"],
            ["addr", "add", "fd78::1/64", "dev", "br0", "nodad"],
            ["link", "set", "br0", "up"],
            ["tuntap", "add", "dev", "tap0", "mode", "tap"],
            ["link", "set", "tap0", "master", "br0", "up"],
        ];
        foreach (string[] command in commands) await RunAsync("ip", ["-n", Namespace, .. command]);
    }

    private void Place(string name, byte[] content)
    {
        string path = Path.Combine(_directory, "tftp", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private Process Start(string program, IReadOnlyList<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = root })!;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }

    private static async Task UntilAsync(StreamReader reader, string marker)
    {
        using var deadline = new CancellationTokenSource(MarkerDeadline);
        var seen = new StringBuilder();
        char[] buffer = new char[4096];
        while (!seen.ToString().Contains(marker, StringComparison.Ordinal))
        {
            int read = await reader.ReadAsync(buffer, deadline.Token);
            if (read == 0) throw new InvalidOperationException($"'{marker}' was not seen; the end was: {seen}");
            seen.Append(buffer, 0, read);
            if (seen.Length > 64 * 1024) seen.Remove(0, seen.Length - 1024);
        }
    }
}
