namespace Slipway.Lab.Consoles;

/// <summary>A byte stream from and to a machine's console. One reader, one writer; the two may run at the same time.</summary>
public interface IConsoleTransport : IAsyncDisposable
{
    /// <summary>Opens the console and confirms that it is open: after this no byte of the machine is missed. Called before power is touched; a <see cref="DeviceException"/> says why it cannot be.</summary>
    Task OpenAsync(CancellationToken ct);

    /// <summary>Reads what there is, waiting for at least one byte. 0 = the transport has ended.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct);

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct);
}
