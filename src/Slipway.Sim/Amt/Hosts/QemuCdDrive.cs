using System.Globalization;
using System.Text.Json;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>The virtual PC's CD drive: a medium is put in by serving it over NBD and telling QEMU to take it from there. One caller at a time.</summary>
internal sealed class QemuCdDrive(QmpConnection control, string socketPath, TimeProvider time) : IAsyncDisposable
{
    private NbdServer? _server;
    private string? _node;
    private int _inserted;

    /// <param name="medium">Null: the drive is empty.</param>
    /// <param name="ct">Cancels between two steps.</param>
    public async Task SetAsync(IRedirectedMedium? medium, CancellationToken ct)
    {
        await RemoveAsync(ct);
        if (medium is null) return;
        _server = NbdServer.Start(socketPath, medium, time);
        // A new name each time: QEMU may still hold the old one.
        string node = "medium" + (++_inserted).ToString(CultureInfo.InvariantCulture);
        await control.ExecuteAsync(
            "blockdev-add",
            json =>
            {
                json.WriteString("driver", "nbd");
                json.WriteString("node-name", node);
                json.WriteBoolean("read-only", true);
                json.WriteStartObject("server");
                json.WriteString("type", "unix");
                json.WriteString("path", socketPath);
                json.WriteEndObject();
            },
            ct);
        _node = node;
        await DriveAsync("blockdev-open-tray", json => json.WriteBoolean("force", true), ct);
        await DriveAsync("blockdev-insert-medium", json => json.WriteString("node-name", node), ct);
        await DriveAsync("blockdev-close-tray", null, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task RemoveAsync(CancellationToken ct)
    {
        if (_node is { } node)
        {
            // Forced: a guest that has locked the tray is not asked; the console may be gone.
            await DriveAsync("blockdev-open-tray", json => json.WriteBoolean("force", true), ct);
            await DriveAsync("blockdev-remove-medium", null, ct);
            await control.ExecuteAsync("blockdev-del", json => json.WriteString("node-name", node), ct);
            await DriveAsync("blockdev-close-tray", null, ct);
            _node = null;
        }
        if (_server is null) return;
        await _server.DisposeAsync();
        _server = null;
    }

    private async Task DriveAsync(string command, Action<Utf8JsonWriter>? more, CancellationToken ct) => await control.ExecuteAsync(
        command,
        json =>
        {
            json.WriteString("id", QemuArguments.CdId);
            more?.Invoke(json);
        },
        ct);
}
