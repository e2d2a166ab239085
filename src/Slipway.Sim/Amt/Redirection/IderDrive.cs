using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>The redirected drive: looks what the console has in it, and shows that to the PC.</summary>
internal sealed class IderDrive(IderInitiator initiator, ISimulatedHost host, TimeProvider time) : IDisposable
{
    /// <summary>How often an empty drive is looked into.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>The PC's time to let go of the medium when the session is over.</summary>
    private static readonly TimeSpan EjectDeadline = TimeSpan.FromSeconds(10);

    /// <summary>A console may report once that its medium is new.</summary>
    private const int Attempts = 3;

    private const int CdBlockBytes = 2048, FloppyBlockBytes = 512;

    private readonly SemaphoreSlim _changed = new(0);
    private volatile bool _enabled;

    /// <summary>Whether the console has enabled its devices. Setting it takes effect soon.</summary>
    public bool IsEnabled
    {
        get => _enabled;
        set
        {
            _enabled = value;
            _changed.Release();
        }
    }

    /// <summary>Keeps the PC's drive as the console wants it, and leaves it empty at the end.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        bool inserted = false;
        try
        {
            while (true)
            {
                if (_enabled && !inserted && await FindAsync(ct) is { } medium)
                {
                    inserted = true;
                    await host.SetCdAsync(medium, ct);
                }
                else if (!_enabled && inserted)
                {
                    await host.SetCdAsync(null, ct);
                    inserted = false;
                }
                await WaitAsync(_enabled && !inserted, ct);
            }
        }
        finally
        {
            if (inserted) await EjectAsync();
        }
    }

    public void Dispose() => _changed.Dispose();

    private async Task EjectAsync()
    {
        using var deadline = new CancellationTokenSource(EjectDeadline, time);
        await host.SetCdAsync(null, deadline.Token);
    }

    private async Task WaitAsync(bool empty, CancellationToken ct)
    {
        using CancellationTokenSource look = empty ? new(LookEvery, time) : new();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, look.Token);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private async Task<IRedirectedMedium?> FindAsync(CancellationToken ct) =>
        await FindAsync(IderDevice.Cd, CdBlockBytes, ct) ?? await FindAsync(IderDevice.Floppy, FloppyBlockBytes, ct);

    private async Task<IRedirectedMedium?> FindAsync(IderDevice device, int blockBytes, CancellationToken ct)
    {
        if (await AskAsync(device, ScsiCommand.TestUnitReady(), 0, ct) is null) return null;
        if (await AskAsync(device, ScsiCommand.ReadCapacity(), ScsiCommand.CapacityBytes, ct) is not { Length: ScsiCommand.CapacityBytes } capacity) return null;
        uint last = BinaryPrimitives.ReadUInt32BigEndian(capacity.Span), size = BinaryPrimitives.ReadUInt32BigEndian(capacity.Span[4..]);
        if (size != blockBytes) return null;
        // A CD without a table of contents is none to a PC; a floppy has no such thing.
        if (device == IderDevice.Cd && await AskAsync(device, ScsiCommand.ReadToc(), ScsiCommand.TocBytes, ct) is null or { Length: < 4 }) return null;
        return new RedirectedMedium(initiator, device, blockBytes, last + 1L);
    }

    /// <summary>The data; null when the device refused.</summary>
    private async Task<ReadOnlyMemory<byte>?> AskAsync(IderDevice device, byte[] commandBlock, int capacity, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            IderAnswer answer = await initiator.RunAsync(device, commandBlock, capacity, ct);
            if (answer.Sense is null) return answer.Data;
            if (answer.Sense is not { Key: IderSense.UnitAttentionKey } || attempt == Attempts) return null;
        }
    }
}
