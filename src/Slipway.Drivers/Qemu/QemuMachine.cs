using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Drivers.VirtualNetwork;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Machines;
using Slipway.Lab.Power;
using Slipway.LabFile;

namespace Slipway.Drivers.Qemu;

/// <summary>A virtual machine as a board: it can be off and still be there, its console is held for its whole life, and it outlives the process that switched it on.</summary>
/// <remarks>Power, screen and state are called by the machine's loop, one at a time; the console by its recorder.</remarks>
public sealed class QemuMachine : IMachineDriver, IPowerControl, IMachineScreen
{
    private static readonly TimeSpan StateDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StatePoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SideDeadline = TimeSpan.FromSeconds(5);

    private readonly MachineDescription _machine;
    private readonly string _runtimeDirectory;
    private readonly TimeProvider _time;
    private readonly QemuPlaces _places;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly TaskCompletionSource<string> _vanished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly QemuConsole _console;
    private readonly MachinePort _port;
    private QmpClient? _control;
    private bool _isStale;
    private int? _processId;
    private volatile bool _ending;

    /// <param name="machine">A machine with <see cref="MachineDescription.Qemu"/>.</param>
    /// <param name="runtimeDirectory">The lab's; the machine's own directory is made below it.</param>
    /// <param name="time">Clock.</param>
    public QemuMachine(MachineDescription machine, string runtimeDirectory, TimeProvider time)
    {
        _machine = machine;
        _runtimeDirectory = runtimeDirectory;
        _time = time;
        _places = new QemuPlaces(Path.Combine(runtimeDirectory, "machines", machine.Name));
        _port = new MachinePort(machine, _places.RelaySocket, _places.NetworkSocket);
        _console = new QemuConsole(this, _places.Serial);
    }

    public IPowerControl Power => this;

    public IConsoleTransport Console => _console;

    /// <summary>Null for boards without a display.</summary>
    public IMachineScreen? Screen => _machine.Qemu!.Firmware == QemuFirmware.UBoot ? null : this;

    /// <summary>Null: a virtual machine boots from its network card first.</summary>
    public IBootOverride? BootOverride => null;

    public ChannelReader<BootFact>? Facts => null;

    public Task<string> Vanished => _vanished.Task;

    public IReadOnlySet<PowerAction> Possible { get; } = new HashSet<PowerAction> { PowerAction.On, PowerAction.Off, PowerAction.Cycle, PowerAction.Reset };

    public async Task<PowerState> GetStateAsync(CancellationToken ct)
    {
        if (_control is { } control) return await StateAsync(control, ct);
        await using QmpClient? side = await TrySideAsync(ct);
        return side is null ? PowerState.Off : await StateAsync(side, ct);
    }

    public async Task<PowerState> ApplyAsync(PowerAction action, CancellationToken ct)
    {
        if (action == PowerAction.Off && _control is null && await GetStateAsync(ct) == PowerState.Off) return PowerState.Off;
        QmpClient control = await HoldAsync(ct);
        if (_isStale && action is PowerAction.Cycle or PowerAction.On) control = await ReplaceAsync(ct);
        PowerState state = await StateAsync(control, ct);
        switch (action)
        {
            case PowerAction.On when state == PowerState.On:
                return state;
            case PowerAction.On or PowerAction.Cycle:
                await UnplugAsync(control, ct);
                await control.ExecuteAsync("cont", null, ct);
                return await UntilAsync(control, PowerState.On, ct);
            case PowerAction.Off:
                await UnplugAsync(control, ct);
                return await UntilAsync(control, PowerState.Off, ct);
            default:
                if (state == PowerState.Off) throw new DeviceException("SLP5105", $"machine '{_machine.Name}' is off: there is nothing to reset; switch it on");
                await control.ExecuteAsync("system_reset", null, ct);
                if (state == PowerState.Paused) await control.ExecuteAsync("cont", null, ct);
                return await UntilAsync(control, PowerState.On, ct);
        }
    }

    public async Task<byte[]> CapturePngAsync(CancellationToken ct)
    {
        await using QmpClient? side = _control is null ? await TrySideAsync(ct) : null;
        QmpClient? client = _control ?? side;
        if (client is null) throw new DeviceException("SLP5106", $"machine '{_machine.Name}' is off: there is no screen; switch it on (slipway power on {_machine.Name})");
        string file = Path.Combine(_places.Directory, $"screen-{Guid.NewGuid():n}.png");
        try
        {
            await client.ExecuteAsync("screendump", json =>
            {
                json.WriteString("filename", file);
                json.WriteString("format", "png");
            }, ct);
            return await File.ReadAllBytesAsync(file, ct);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        if (_control is { } control)
        {
            using var deadline = new CancellationTokenSource(StateDeadline, _time);
            try
            {
                // What is off is taken away; what was left on stays, for the next who asks.
                if (await StateAsync(control, deadline.Token) == PowerState.Off)
                {
                    await control.ExecuteAsync("quit", null, deadline.Token);
                    await control.Ended.WaitAsync(deadline.Token);
                    // Its sockets close before its process ends.
                    while (ProcessIsThere()) await Task.Delay(StatePoll, _time, deadline.Token);
                }
            }
            catch (Exception e) when (e is DeviceException or OperationCanceledException)
            {
                // It is gone already, or does not listen: nothing is left to do here.
            }
            await control.DisposeAsync();
        }
        await _console.DisposeAsync();
        _port.Dispose();
        _starting.Dispose();
    }

    /// <summary>The connection to this machine's QEMU, which is started (stopped before its first instruction) when there is none.</summary>
    internal async Task<QmpClient> HoldAsync(CancellationToken ct)
    {
        await _starting.WaitAsync(ct);
        try
        {
            if (_control is not null) return _control;
            IReadOnlyList<string> words = QemuCommandLine.Write(_machine, _places, _port.Netdev);
            string text = string.Join('\n', words);
            QmpClient? running = await TryConnectAsync(_places.Control, ct);
            if (running is null) return _control = await StartAsync(words, text, ct);
            _isStale = !File.Exists(_places.Arguments) || await File.ReadAllTextAsync(_places.Arguments, ct) != text;
            _port.Attach();
            _processId = ReadProcessId();
            return _control = Watch(running);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<QmpClient> StartAsync(IReadOnlyList<string> words, string text, CancellationToken ct)
    {
        IReadOnlyList<(string What, string Package)> missing = QemuRequirements.Missing(_machine.Qemu!);
        if (missing.Count > 0)
            throw new DeviceException("SLP5107", $"machine '{_machine.Name}' needs {string.Join(", ", missing.Select(m => $"{m.What} (package {m.Package})"))}; install it");
        Directory.CreateDirectory(_places.Directory);
        foreach (string socket in new[] { _places.Control, _places.Side, _places.Serial, _places.NetworkSocket, _places.ProcessId }) File.Delete(socket);
        if (_machine.Qemu!.Firmware == QemuFirmware.Uefi && !File.Exists(_places.UefiVariables)) File.Copy(QemuFiles.UefiVariables, _places.UefiVariables);
        _port.Plug();

        var start = new ProcessStartInfo(QemuCommandLine.Program(_machine.Qemu!.Firmware), words) { RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _places.Directory };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        // -daemonize: the parent ends when sockets are there and the machine waits for its first instruction.
        string errors = await process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0) throw new DeviceException("SLP5104", $"QEMU for machine '{_machine.Name}' ended with code {process.ExitCode}: {errors.Trim()}");
        await File.WriteAllTextAsync(_places.Arguments, text, ct);
        _processId = ReadProcessId();
        if (_processId is { } id) LabNamespace.Register(_runtimeDirectory, id);
        _isStale = false;
        return Watch(await QmpClient.ConnectAsync(_places.Control, _time, ct));
    }

    private async Task<QmpClient> ReplaceAsync(CancellationToken ct)
    {
        QmpClient old = _control!;
        _ending = true;
        // Before QEMU ends: the reader must not take the end of the old line for the end of the console.
        _console.ExpectReplacement();
        await old.ExecuteAsync("quit", null, ct);
        await old.Ended.WaitAsync(ct);
        await old.DisposeAsync();
        _control = null;
        _ending = false;
        QmpClient control = await HoldAsync(ct);
        await _console.ReconnectAsync(ct);
        return control;
    }

    private QmpClient Watch(QmpClient control)
    {
        _ = control.Ended.ContinueWith(
            _ =>
            {
                if (!_ending) _vanished.TrySetResult($"its QEMU process ended by itself (its directory: {_places.Directory})");
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return control;
    }

    // Like pulling the plug: stopped, and reset while stopped, so that it begins at its firmware.
    private async Task UnplugAsync(QmpClient control, CancellationToken ct)
    {
        if (await StatusAsync(control, ct) == "prelaunch") return;
        await control.ExecuteAsync("stop", null, ct);
        await control.ExecuteAsync("system_reset", null, ct);
        await UntilAsync(control, PowerState.Off, ct);
    }

    private async Task<PowerState> UntilAsync(QmpClient control, PowerState wanted, CancellationToken ct)
    {
        long start = _time.GetTimestamp();
        PowerState state;
        while ((state = await StateAsync(control, ct)) != wanted)
        {
            if (_time.GetElapsedTime(start) > StateDeadline) return state;
            await Task.Delay(StatePoll, _time, ct);
        }
        return state;
    }

    private static async Task<PowerState> StateAsync(QmpClient control, CancellationToken ct) => await StatusAsync(control, ct) switch
    {
        "running" => PowerState.On,
        "prelaunch" or "shutdown" => PowerState.Off,
        _ => PowerState.Paused,
    };

    private static async Task<string> StatusAsync(QmpClient control, CancellationToken ct)
    {
        JsonElement status = await control.ExecuteAsync("query-status", null, ct);
        return status.GetProperty("status").GetString() ?? "";
    }

    // By the number read while it ran: QEMU takes its own file away when it ends.
    private bool ProcessIsThere()
    {
        try
        {
            // "Z": ended, and only waiting for init to take note.
            return _processId is { } id && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private int? ReadProcessId()
    {
        try
        {
            return int.TryParse(File.ReadAllText(_places.ProcessId).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<QmpClient?> TrySideAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(SideDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        return await TryConnectAsync(_places.Side, either.Token);
    }

    private async Task<QmpClient?> TryConnectAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return await QmpClient.ConnectAsync(path, _time, ct);
        }
        catch (Exception e) when (e is SocketException or DeviceException { Code: "SLP5103" })
        {
            return null;
        }
    }
}
