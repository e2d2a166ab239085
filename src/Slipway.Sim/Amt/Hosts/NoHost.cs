namespace Slipway.Sim.Amt.Hosts;

/// <summary>No machine at all: power is a flag, the serial line says hello at power-on and repeats what it is sent. For tests, and for load.</summary>
/// <param name="time">Clock of <paramref name="bytesPerSecond"/>.</param>
/// <param name="output">What the line says after its banner: given how many bytes of it were said since power-on or reset, the next piece; empty = no more in this life. Null = nothing.</param>
/// <param name="bytesPerSecond">How fast <paramref name="output"/> comes; 0 = as fast as it is read. A 115200 baud line makes 11520.</param>
public sealed class NoHost(TimeProvider time, Func<long, ReadOnlyMemory<byte>>? output = null, int bytesPerSecond = 0) : ISimulatedHost
{
    // As much as anybody types before the line is read; a UART drops the rest, too.
    private const int MaxPendingBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _pending = [];
    private readonly SemaphoreSlim _changed = new(0);
    private long _pendingBytes;
    private long _said;
    private int _life;
    private bool _isOn;
    private bool _ended;

    /// <inheritdoc/>
    public event Action? PowerChanged;

    /// <summary>What the line says when the machine is switched on or reset.</summary>
    public static ReadOnlyMemory<byte> Banner { get; } = "slipway-sim: power on\r\n"u8.ToArray();

    /// <inheritdoc/>
    public bool IsOn
    {
        get
        {
            lock (_lock) return _isOn;
        }
    }

    /// <summary>The medium in its CD drive; null = none.</summary>
    public IRedirectedMedium? Cd { get; private set; }

    /// <summary>What it booted from last.</summary>
    public HostBootSource LastBootSource { get; private set; }

    /// <summary>Interrupts received.</summary>
    public int Interrupts { get; private set; }

    /// <inheritdoc/>
    public Task PowerOnAsync(HostBootSource source, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_isOn) return Task.CompletedTask;
            Begin(source);
        }
        PowerChanged?.Invoke();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PowerOffAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_isOn) return Task.CompletedTask;
            _isOn = false;
            _life++;
        }
        PowerChanged?.Invoke();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ResetAsync(HostBootSource source, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_isOn) throw new InvalidOperationException("the simulated PC is off: there is nothing to reset; switch it on");
            Begin(source);
        }
        PowerChanged?.Invoke();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task InterruptAsync(CancellationToken ct)
    {
        lock (_lock) Interrupts++;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            int life;
            lock (_lock)
            {
                if (_pending.Count > 0) return Take(buffer.Span);
                if (_ended) return 0;
                life = _life;
            }
            ReadOnlyMemory<byte> piece = Next();
            if (piece.IsEmpty)
            {
                await _changed.WaitAsync(ct);
                continue;
            }
            if (bytesPerSecond > 0) await Task.Delay(TimeSpan.FromSeconds((double)piece.Length / bytesPerSecond), time, ct);
            lock (_lock)
            {
                // What a machine had in mind when it was switched off is not said.
                if (life != _life) continue;
                _said += piece.Length;
                Add(piece);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Said back at once, when on; lost when off.</remarks>
    public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_isOn && _pendingBytes + bytes.Length <= MaxPendingBytes) Add(bytes.ToArray());
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

    /// <inheritdoc/>
    public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct)
    {
        Cd = medium;
        return Task.CompletedTask;
    }

    /// <summary>Its serial line ends when all that was said is read.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _ended = true;
            _isOn = false;
            _life++;
        }
        _changed.Release();
        return ValueTask.CompletedTask;
    }

    private void Begin(HostBootSource source)
    {
        _isOn = true;
        _life++;
        _said = 0;
        LastBootSource = source;
        Add(Banner);
    }

    private ReadOnlyMemory<byte> Next()
    {
        long said;
        lock (_lock)
        {
            if (!_isOn || output is null) return default;
            said = _said;
        }
        return output(said);
    }

    private void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _pending.Enqueue(bytes);
        _pendingBytes += bytes.Length;
        _changed.Release();
    }

    private int Take(Span<byte> buffer)
    {
        int taken = 0;
        while (taken < buffer.Length && _pending.TryPeek(out ReadOnlyMemory<byte> next))
        {
            int count = Math.Min(next.Length, buffer.Length - taken);
            next.Span[..count].CopyTo(buffer[taken..]);
            taken += count;
            _pending.Dequeue();
            if (count == next.Length) continue;
            // The rest goes back in front: the queue is short, a turn of it costs nothing.
            _pending.Enqueue(next[count..]);
            for (int i = _pending.Count - 1; i > 0; i--) _pending.Enqueue(_pending.Dequeue());
        }
        _pendingBytes -= taken;
        return taken;
    }
}
