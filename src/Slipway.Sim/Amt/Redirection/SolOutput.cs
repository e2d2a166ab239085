using System.Threading.Channels;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>What the PC's UART has sent and an open session has not yet passed on.</summary>
/// <param name="overflow">How long the UART may be held up before its bytes are lost; zero: for ever.</param>
internal sealed class SolOutput(TimeSpan overflow, TimeProvider time, Action lost)
{
    /// <summary>With pieces of <see cref="SerialPump.PieceBytes"/>, about what a firmware of that time could keep.</summary>
    private const int MaxPieces = 16;

    // Full means wait: the PC's UART is held up, as by flow control, and nothing is dropped.
    private readonly Channel<byte[]> _pieces = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MaxPieces) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });

    private ReadOnlyMemory<byte> _rest;

    /// <summary>Takes bytes of the UART; waits while there is no room. After <see cref="Close"/> they are discarded.</summary>
    public async Task PutAsync(byte[] piece, CancellationToken ct)
    {
        if (_pieces.Writer.TryWrite(piece)) return;
        using CancellationTokenSource deadline = overflow > TimeSpan.Zero ? new(overflow, time) : new();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await _pieces.Writer.WriteAsync(piece, either.Token);
        }
        catch (ChannelClosedException)
        {
            // The session ended while the UART was held up.
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            lost();
        }
    }

    /// <summary>Waits for at least one byte; returns when <paramref name="buffer"/> is full or <paramref name="patience"/> is over since the first; zero patience: only when full.</summary>
    public async Task<int> CollectAsync(Memory<byte> buffer, TimeSpan patience, CancellationToken ct)
    {
        int count = 0;
        if (!await RefillAsync(ct)) return 0;
        using CancellationTokenSource deadline = patience > TimeSpan.Zero ? new(patience, time) : new();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            do
            {
                int n = Math.Min(_rest.Length, buffer.Length - count);
                _rest[..n].CopyTo(buffer[count..]);
                _rest = _rest[n..];
                count += n;
            }
            while (count < buffer.Length && await RefillAsync(either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Long enough; what is there goes out.
        }
        return count;
    }

    public void Close() => _pieces.Writer.TryComplete();

    private async ValueTask<bool> RefillAsync(CancellationToken ct)
    {
        while (_rest.IsEmpty)
        {
            if (_pieces.Reader.TryRead(out byte[]? piece)) _rest = piece;
            else if (!await _pieces.Reader.WaitToReadAsync(ct)) return false;
        }
        return true;
    }
}
