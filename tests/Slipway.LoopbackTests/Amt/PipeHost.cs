using System.IO.Pipelines;
using Slipway.Sim.Amt;

namespace Slipway.LoopbackTests.Amt;

/// <summary>A PC whose serial line is in the test's hands.</summary>
internal sealed class PipeHost : ISimulatedHost
{
    private readonly Pipe _says = new();
    private readonly Pipe _hears = new();

    public bool IsOn { get; private set; }

    public event Action? PowerChanged;

    /// <summary>How it was started, newest last.</summary>
    public List<string> Starts { get; } = [];

    public IRedirectedMedium? Cd { get; private set; }

    /// <summary>The PC's UART sends.</summary>
    public async Task SayAsync(ReadOnlyMemory<byte> bytes) => await _says.Writer.WriteAsync(bytes);

    /// <summary>What the PC's UART received, waiting until there are so many bytes.</summary>
    public async Task<byte[]> HearAsync(int bytes, CancellationToken ct)
    {
        ReadResult result = await _hears.Reader.ReadAtLeastAsync(bytes, ct);
        byte[] heard = System.Buffers.BuffersExtensions.ToArray(result.Buffer.Slice(0, bytes));
        _hears.Reader.AdvanceTo(result.Buffer.GetPosition(bytes));
        return heard;
    }

    /// <summary>The plug is pulled, or put back.</summary>
    public void SetPower(bool isOn)
    {
        IsOn = isOn;
        PowerChanged?.Invoke();
    }

    public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => Start("on", source);

    public Task PowerOffAsync(CancellationToken ct)
    {
        Starts.Add("off");
        SetPower(false);
        return Task.CompletedTask;
    }

    public Task ResetAsync(HostBootSource source, CancellationToken ct) => Start("reset", source);

    public Task InterruptAsync(CancellationToken ct)
    {
        Starts.Add("nmi");
        return Task.CompletedTask;
    }

    public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
    {
        ReadResult result = await _says.Reader.ReadAsync(ct);
        int taken = (int)Math.Min(buffer.Length, result.Buffer.Length);
        System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, taken), buffer.Span);
        _says.Reader.AdvanceTo(result.Buffer.GetPosition(taken));
        return taken;
    }

    public async ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => await _hears.Writer.WriteAsync(bytes, ct);

    public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct)
    {
        Cd = medium;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _says.Writer.Complete();
        _hears.Writer.Complete();
        return ValueTask.CompletedTask;
    }

    private Task Start(string how, HostBootSource source)
    {
        Starts.Add($"{how} from {source}");
        SetPower(true);
        return Task.CompletedTask;
    }
}
