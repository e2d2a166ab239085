using System.Threading.Channels;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>A simulated PC that is nothing but a power flag and a serial line that echoes: for trying consoles, and for load.</summary>
public sealed class NoHost : ISimulatedHost
{
    // What the line says while nobody takes it; more waits for room.
    private const int WaitingBlocks = 256;

    private readonly Channel<byte[]> _line = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(WaitingBlocks) { FullMode = BoundedChannelFullMode.Wait });
    private ReadOnlyMemory<byte> _rest;
    private volatile bool _isOn;

    public bool IsOn => _isOn;

    public event Action? PowerChanged;

    /// <summary>The medium in the drive; null when it is empty.</summary>
    public IRedirectedMedium? Cd { get; private set; }

    public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => StartAsync($"power on, booting from {source}", ct);

    public Task PowerOffAsync(CancellationToken ct)
    {
        Switch(false);
        return Task.CompletedTask;
    }

    public Task ResetAsync(HostBootSource source, CancellationToken ct) => StartAsync($"reset, booting from {source}", ct);

    public async Task InterruptAsync(CancellationToken ct) => await SayAsync("slipway-sim: NMI\r\n"u8.ToArray(), ct);

    /// <summary>Lets the line say something; waits while nobody takes it.</summary>
    public ValueTask SayAsync(byte[] bytes, CancellationToken ct) => _line.Writer.WriteAsync(bytes, ct);

    public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (_rest.IsEmpty)
        {
            if (!await _line.Reader.WaitToReadAsync(ct)) return 0;
            if (_line.Reader.TryRead(out byte[]? block)) _rest = block;
        }
        int taken = Math.Min(buffer.Length, _rest.Length);
        _rest[..taken].CopyTo(buffer);
        _rest = _rest[taken..];
        return taken;
    }

    /// <summary>Echoes, as a terminal line does.</summary>
    public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => _isOn ? SayAsync(bytes.ToArray(), ct) : ValueTask.CompletedTask;

    public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct)
    {
        Cd = medium;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _line.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private async Task StartAsync(string how, CancellationToken ct)
    {
        Switch(true);
        await SayAsync(System.Text.Encoding.ASCII.GetBytes($"slipway-sim: {how}\r\n"), ct);
    }

    private void Switch(bool isOn)
    {
        _isOn = isOn;
        PowerChanged?.Invoke();
    }
}
