using System.Net.Sockets;
using Slipway.Lab;
using Slipway.Lab.Consoles;

namespace Slipway.Drivers.Qemu;

/// <summary>A virtual machine's serial line: a unix socket that serves one client, and that loses what is printed while nobody is connected.</summary>
internal sealed class QemuConsole(QemuMachine machine, string path) : IConsoleTransport
{
    private Socket? _socket;
    private volatile bool _replacing;

    public async Task OpenAsync(CancellationToken ct)
    {
        if (_socket is not null) return;
        await machine.HoldAsync(ct);
        _socket = await ConnectAsync(ct);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            Socket socket = _socket ?? throw new InvalidOperationException("the console is not open");
            try
            {
                int read = await socket.ReceiveAsync(buffer, ct);
                if (read > 0) return read;
            }
            catch (SocketException)
            {
                // A reset connection is an ended one.
            }
            catch (ObjectDisposedException)
            {
            }
            // QEMU was replaced on purpose: the new one's line is on its way.
            if (!_replacing && ReferenceEquals(socket, _socket)) return 0;
            await Task.Yield();
            ct.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            for (ReadOnlyMemory<byte> rest = bytes; rest.Length > 0;)
                rest = rest[await (_socket ?? throw new InvalidOperationException("the console is not open")).SendAsync(rest, ct)..];
        }
        catch (SocketException e)
        {
            throw new DeviceException("SLP5108", $"the serial line of the virtual machine is closed: {e.Message}", e);
        }
    }

    /// <summary>Says that QEMU is about to be replaced: the end of its line is not the end of the console.</summary>
    internal void ExpectReplacement() => _replacing = _socket is not null;

    /// <summary>Goes over to the line of a new QEMU process; a reader does not notice.</summary>
    internal async Task ReconnectAsync(CancellationToken ct)
    {
        if (_socket is not { } old) return;
        _socket = await ConnectAsync(ct);
        _replacing = false;
        old.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Socket> ConnectAsync(CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new DeviceException("SLP5108", $"the serial line of the virtual machine cannot be opened ({path}): {e.Message}", e);
        }
    }
}
