using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.InteropTests.Network;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>A virtual machine whose boot sector paints 64,000 pixels and then sends each key it gets to its serial port; the letter m goes back to text; its display is QEMU's own RFB server.</summary>
internal sealed class QemuDisplay : IAsyncDisposable
{
    /// <summary>Software emulation on a shared machine; it only ends what hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>16-bit code: mode 13h; pixel = low byte XOR high byte of its number; then key (int 16h) → COM1, for ever; an m also sets mode 3, which is text.</summary>
    private const string BootSector = "B81300CD10B800A08EC031FFB900FA89F830E0AAE2F9" + "31C0CD16" + "3C6D7507" + "B80300CD10B06D" + "BAF803EEEBEB";

    private readonly DirectoryInfo _directory;
    private readonly Process _process;
    private readonly Socket _monitor;
    private readonly StreamReader _answers;

    private QemuDisplay(DirectoryInfo directory, Process process, Socket monitor)
    {
        (_directory, _process, _monitor) = (directory, process, monitor);
        _answers = new StreamReader(new NetworkStream(monitor));
    }

    /// <summary>What the machine sent to its serial port.</summary>
    public StreamReader Serial => _process.StandardOutput;

    /// <summary>Starts the machine and returns when its picture is there.</summary>
    public static async Task<QemuDisplay> StartAsync()
    {
        string qemu = ForeignProgram.Require("qemu-system-x86_64", "qemu-system-x86");
        DirectoryInfo directory = Directory.CreateTempSubdirectory("slwrfb");
        string disk = Path.Combine(directory.FullName, "disk");
        await File.WriteAllBytesAsync(disk, [.. Convert.FromHexString(BootSector.PadRight(1020, '0')), 0x55, 0xAA]);

        string[] arguments =
        [
            "-display", "none", "-net", "none", "-m", "32", "-drive", $"file={disk},format=raw,if=floppy", "-boot", "a", "-serial", "stdio",
            "-vnc", $"unix:{directory.FullName}/v", "-qmp", $"unix:{directory.FullName}/q,server=on,wait=off",
        ];
        Process process = Process.Start(new ProcessStartInfo(qemu, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var display = new QemuDisplay(directory, process, await ConnectAsync(Path.Combine(directory.FullName, "q"), process));
        await display._answers.ReadLineAsync();
        await display.CommandAsync("qmp_capabilities");
        using var end = new CancellationTokenSource(Patience);
        while (!(await display.DumpAsync()).IsPainted) await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, end.Token);
        return display;
    }

    /// <summary>A new connection to its RFB server.</summary>
    public async Task<Stream> ConnectAsync() => new NetworkStream(await ConnectAsync(Path.Combine(_directory.FullName, "v"), _process), ownsSocket: true);

    /// <summary>Runs a command of QMP and gives its answer.</summary>
    public async Task<string> CommandAsync(string command, string arguments = "{}")
    {
        await _monitor.SendAsync(Encoding.UTF8.GetBytes($$"""{"execute":"{{command}}","arguments":{{arguments}}}""" + "\n"));
        return await ReadAsync(line => line.TryGetProperty("return", out _) || line.TryGetProperty("error", out _));
    }

    /// <summary>Waits for an event of QMP.</summary>
    public Task<string> EventAsync(string name) => ReadAsync(line => line.TryGetProperty("event", out JsonElement happened) && happened.GetString() == name);

    /// <summary>The picture as QEMU itself writes it.</summary>
    public async Task<Picture> DumpAsync()
    {
        string file = Path.Combine(_directory.FullName, "dump");
        Assert.Contains("return", await CommandAsync("screendump", $$"""{"filename":"{{file}}"}"""), StringComparison.Ordinal);
        return Picture.FromPpm(await File.ReadAllBytesAsync(file));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _answers.Dispose();
        _monitor.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<string> ReadAsync(Func<JsonElement, bool> isWanted)
    {
        using var end = new CancellationTokenSource(Patience);
        while (await _answers.ReadLineAsync(end.Token) is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (isWanted(document.RootElement)) return line;
        }
        throw new EndOfStreamException("QEMU closed its monitor");
    }

    private static async Task<Socket> ConnectAsync(string path, Process process)
    {
        using var end = new CancellationTokenSource(Patience);
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), end.Token);
                return socket;
            }
            catch (SocketException) when (!process.HasExited)
            {
                // QEMU makes its sockets when it gets to it.
                socket.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, end.Token);
            }
        }
    }
}
