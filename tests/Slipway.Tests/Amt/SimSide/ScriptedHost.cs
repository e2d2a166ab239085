using System.Threading.Channels;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimSide;

/// <summary>A PC whose UART, drive and display are the test's.</summary>
internal sealed class ScriptedHost : ISimulatedHost
{
    private readonly Channel<byte[]> _says = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _heard = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<IRedirectedMedium?> _media = Channel.CreateUnbounded<IRedirectedMedium?>();
    private int _taken;
    private int _saidInAll;

    public event Action? PowerChanged;

    public bool IsOn { get; private set; } = true;

    /// <summary>Null: no display.</summary>
    public Stream? Display { get; set; }

    /// <summary>The UART takes nothing.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Bytes of <see cref="Say"/> that somebody has read.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public void Say(ReadOnlySpan<byte> bytes)
    {
        _saidInAll += bytes.Length;
        _says.Writer.TryWrite(bytes.ToArray());
    }

    /// <summary>Waits until all that was said has been read.</summary>
    public async Task SaidAsync()
    {
        while (Taken < _saidInAll) await Task.Yield();
    }

    public Task<byte[]> HearAsync() => _heard.Reader.ReadAsync().AsTask().WaitAsync(SimConsole.Patience);

    /// <summary>The next thing put into the drive.</summary>
    public Task<IRedirectedMedium?> MediumAsync() => _media.Reader.ReadAsync().AsTask().WaitAsync(SimConsole.Patience);

    public void Switch(bool on)
    {
        IsOn = on;
        PowerChanged?.Invoke();
    }

    public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => throw new NotSupportedException();

    public Task PowerOffAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task ResetAsync(HostBootSource source, CancellationToken ct) => throw new NotSupportedException();

    public Task InterruptAsync(CancellationToken ct) => throw new NotSupportedException();

    public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
    {
        byte[] bytes = await _says.Reader.ReadAsync(ct);
        Assert.True(bytes.Length <= buffer.Length, "The test says more at once than the firmware reads.");
        bytes.CopyTo(buffer);
        Interlocked.Add(ref _taken, bytes.Length);
        return bytes.Length;
    }

    public async ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (IsDeaf) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        _heard.Writer.TryWrite(bytes.ToArray());
    }

    public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult(Display);

    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct)
    {
        _media.Writer.TryWrite(medium);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => default;
}
