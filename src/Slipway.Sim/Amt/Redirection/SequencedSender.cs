using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>Numbers the firmware's messages from 0 upwards and sends one after the other. Any thread.</summary>
internal sealed class SequencedSender(MessageStream console) : IDisposable
{
    /// <summary>Where the number stands in the header SOL and IDE-R share: type 1, three bytes, number 4.</summary>
    private const int NumberAt = 4;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _silent;
    private uint _next;

    /// <summary>Writes the number into <paramref name="message"/> and sends it.</summary>
    public Task SendAsync(byte[] message, CancellationToken ct) => SendAsync(message, TimeSpan.Zero, false, ct);

    /// <summary>The same, and nothing follows for <paramref name="pauseAfter"/>.</summary>
    public Task SendAsync(byte[] message, TimeSpan pauseAfter, CancellationToken ct) => SendAsync(message, pauseAfter, false, ct);

    /// <summary>The same, and what is sent afterwards vanishes.</summary>
    public Task SendLastAsync(byte[] message, CancellationToken ct) => SendAsync(message, TimeSpan.Zero, true, ct);

    private async Task SendAsync(byte[] message, TimeSpan pauseAfter, bool last, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_silent) return;
            _silent = last;
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(NumberAt), _next++);
            await console.WriteAsync(message, pauseAfter, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public static uint Number(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[NumberAt..]);

    public void Dispose() => _turn.Dispose();
}
