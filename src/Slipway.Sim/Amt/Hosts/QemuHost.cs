using System.Net.Sockets;
using System.Text.Json;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>A virtual machine as the PC around the firmware: QEMU, a child of this process, there from <see cref="StartAsync"/> to <see cref="DisposeAsync"/>, on or off.</summary>
/// <remarks>
/// "Off" is stopped and reset. A guest that shuts itself down is off; one that panics (pvpanic) stays on and stands still.
/// The boot source changes what the firmware tries first, this once: its order is back before the next reset.
/// BIOS setup: the PC gets no device to boot from. OVMF then opens its own menus; SeaBIOS has none and stays at "No bootable device".
/// If QEMU ends by itself the serial line ends and the PC is off for good.
/// </remarks>
public sealed class QemuHost : ISimulatedHost
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ResetDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly QemuHostOptions _options;
    private readonly TimeProvider _time;
    private readonly QemuProcess _process;
    private readonly Stream _serial;
    private readonly QmpConnection _control;
    private readonly QemuCdDrive _cd;
    // One power request or medium change at a time.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _isOn;
    private volatile bool _isSwitchingOff;
    private volatile TaskCompletionSource? _reset;

    private QemuHost(QemuHostOptions options, TimeProvider time, QemuProcess process, Stream control, Stream serial)
    {
        _options = options;
        _time = time;
        _process = process;
        _serial = serial;
        _control = new QmpConnection(control, time, OnEvent, OnEnd);
        _cd = new QemuCdDrive(_control, options.MediumSocket, time);
    }

    /// <inheritdoc/>
    public event Action? PowerChanged;

    /// <inheritdoc/>
    public bool IsOn => _isOn;

    /// <summary>Starts QEMU; the PC is off.</summary>
    /// <exception cref="ArgumentException">Options QEMU would not understand.</exception>
    /// <exception cref="IOException">QEMU or its firmware is not installed, or it refused to start: the message has its words.</exception>
    public static async Task<QemuHost> StartAsync(QemuHostOptions options, TimeProvider time, CancellationToken ct)
    {
        options.Check();
        Directory.CreateDirectory(options.Directory);
        if (options.Firmware == QemuHostOptions.Uefi)
        {
            if (!File.Exists(QemuArguments.UefiCode) || !File.Exists(QemuArguments.UefiVariables))
                throw new IOException($"the simulated PC needs {QemuArguments.UefiCode} and {QemuArguments.UefiVariables}; install the package ovmf");
            File.Copy(QemuArguments.UefiVariables, options.UefiVariables, overwrite: true);
        }
        using Socket control = Listen(options.ControlSocket);
        using Socket serial = Listen(options.SerialSocket);
        var process = QemuProcess.Start(QemuArguments.Write(options));
        QemuHost? host = null;
        try
        {
            using var deadline = new CancellationTokenSource(StartDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            Stream? controlStream = await process.UnlessEndedAsync(control.AcceptAsync, either.Token);
            Stream? serialStream = controlStream is null ? null : await process.UnlessEndedAsync(serial.AcceptAsync, either.Token);
            if (serialStream is null) throw new IOException($"QEMU for the simulated PC ended at once: {await process.ErrorsAsync()}");
            host = new QemuHost(options, time, process, controlStream!, serialStream);
            await host._control.ExecuteAsync("qmp_capabilities", null, either.Token);
            await host.OrderAsync(HostBootSource.Default, either.Token);
            return host;
        }
        catch
        {
            if (host is not null) await host.DisposeAsync();
            else await process.EndAsync(TimeSpan.Zero, time);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => InTurnAsync(() => _isOn ? Task.CompletedTask : StartFirmwareAsync(source, ct), ct);

    /// <inheritdoc/>
    public Task PowerOffAsync(CancellationToken ct) => InTurnAsync(
        async () =>
        {
            if (!_isOn) return;
            _isSwitchingOff = true;
            try
            {
                // Like pulling the plug; reset now so that nothing of the last life is on its screen.
                await _control.ExecuteAsync("stop", null, ct);
                await ResetAsync(ct);
            }
            finally
            {
                _isSwitchingOff = false;
            }
        },
        ct);

    /// <inheritdoc/>
    public Task ResetAsync(HostBootSource source, CancellationToken ct) => InTurnAsync(
        () => _isOn ? StartFirmwareAsync(source, ct) : throw new InvalidOperationException("the simulated PC is off: there is nothing to reset; switch it on"), ct);

    /// <inheritdoc/>
    public Task InterruptAsync(CancellationToken ct) => InTurnAsync(() => _control.ExecuteAsync("inject-nmi", null, ct), ct);

    /// <inheritdoc/>
    public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            return await _serial.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => _serial.WriteAsync(bytes, ct);

    /// <inheritdoc/>
    public async Task<Stream?> OpenDisplayAsync(CancellationToken ct)
    {
        if (!_isOn) return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_options.DisplaySocket), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            // QEMU ended this moment: off.
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct) => InTurnAsync(() => _cd.SetAsync(medium, ct), ct);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _control.ExecuteAsync("quit", null, CancellationToken.None);
        }
        catch (IOException)
        {
            // It is gone already, or does not listen; the process is ended below either way.
        }
        await _process.EndAsync(EndDeadline, _time);
        await _cd.DisposeAsync();
        await _control.DisposeAsync();
        await _serial.DisposeAsync();
        _turn.Dispose();
    }

    private static Socket Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    private async Task InTurnAsync(Func<Task> work, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task StartFirmwareAsync(HostBootSource source, CancellationToken ct)
    {
        await OrderAsync(source, ct);
        try
        {
            await ResetAsync(ct);
        }
        finally
        {
            // The firmware reads what fw_cfg held at the reset; the guest's own reboot finds the default again.
            if (source != HostBootSource.Default) await OrderAsync(HostBootSource.Default, CancellationToken.None);
        }
        // Of no effect on a machine that runs; one that was off, or stood still after a panic, begins.
        await _control.ExecuteAsync("cont", null, ct);
    }

    private async Task ResetAsync(CancellationToken ct)
    {
        var reset = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reset = reset;
        // The reply says that it was asked for; the event that it happened.
        await _control.ExecuteAsync("system_reset", null, ct);
        await reset.Task.WaitAsync(ResetDeadline, _time, ct);
    }

    private async Task OrderAsync(HostBootSource source, CancellationToken ct)
    {
        // First all away: QEMU refuses a bootindex that another device still has.
        foreach (string device in QemuBootOrder.Devices(_options.HasDisk, _options.HasNic)) await SetBootIndexAsync(device, QemuBootOrder.None, ct);
        IReadOnlyList<string> order = QemuBootOrder.Order(source, _options.HasDisk, _options.HasNic);
        for (int i = 0; i < order.Count; i++) await SetBootIndexAsync(order[i], i, ct);
    }

    private async Task SetBootIndexAsync(string device, int index, CancellationToken ct) => await _control.ExecuteAsync(
        "qom-set",
        json =>
        {
            json.WriteString("path", "/machine/peripheral/" + device);
            json.WriteString("property", "bootindex");
            json.WriteNumber("value", index);
        },
        ct);

    private void OnEvent(string name, JsonElement data)
    {
        switch (name)
        {
            case "RESUME":
                Switch(true);
                break;
            case "STOP" when _isSwitchingOff:
            // Only the guest's own: with shutdown=pause QEMU stays.
            case "SHUTDOWN" when data.ValueKind == JsonValueKind.Object && data.GetProperty("guest").GetBoolean():
                Switch(false);
                break;
            case "RESET":
                if (!data.GetProperty("guest").GetBoolean()) _reset?.TrySetResult();
                if (_isOn) PowerChanged?.Invoke();
                break;
        }
    }

    private void OnEnd()
    {
        _reset?.TrySetException(new IOException("QEMU ended while the simulated PC was reset"));
        Switch(false);
    }

    private void Switch(bool on)
    {
        if (_isOn == on) return;
        _isOn = on;
        PowerChanged?.Invoke();
    }
}
