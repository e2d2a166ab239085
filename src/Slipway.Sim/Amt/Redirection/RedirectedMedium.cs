namespace Slipway.Sim.Amt.Redirection;

/// <summary>The console's image as the PC's drive reads it.</summary>
internal sealed class RedirectedMedium(IderInitiator initiator, IderDevice device, int blockBytes, long blocks) : IRedirectedMedium
{
    /// <summary>What a PC reads in one command; the console splits it again.</summary>
    private const int CommandBytes = 64 * 1024;

    /// <summary>A console may report once that its medium is new.</summary>
    private const int Attempts = 3;

    public int BlockBytes => blockBytes;

    public long Blocks => blocks;

    public async Task ReadAsync(long block, Memory<byte> buffer, CancellationToken ct)
    {
        if (buffer.Length % blockBytes != 0) throw new ArgumentException($"A read of {buffer.Length} bytes is not whole blocks of {blockBytes}.", nameof(buffer));
        for (int at = 0; at < buffer.Length;)
        {
            Memory<byte> part = buffer.Slice(at, Math.Min(buffer.Length - at, CommandBytes));
            await ReadOnceAsync(block + at / blockBytes, part, ct);
            at += part.Length;
        }
    }

    private async Task ReadOnceAsync(long first, Memory<byte> part, CancellationToken ct)
    {
        if (first is < 0 or > uint.MaxValue) throw new IOException($"Block {first} cannot be asked for; the medium has {blocks}.");
        for (int attempt = 1; ; attempt++)
        {
            IderAnswer answer = await initiator.RunAsync(device, ScsiCommand.Read10((uint)first, (ushort)(part.Length / blockBytes)), part.Length, ct);
            if (answer.Sense is { Key: IderSense.UnitAttentionKey } && attempt < Attempts) continue;
            if (answer.Sense is { } sense) throw new IOException($"The console could not read {part.Length / blockBytes} blocks from {first}: {sense}.");
            if (answer.Data.Length != part.Length)
                throw new IOException($"The console sent {answer.Data.Length} bytes for {part.Length / blockBytes} blocks of {blockBytes} from {first}.");
            answer.Data.CopyTo(part);
            return;
        }
    }
}
