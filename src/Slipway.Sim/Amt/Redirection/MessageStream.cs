using System.Buffers;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>How long the message at the start of <paramref name="received"/> is.</summary>
/// <returns><see cref="OperationStatus.Done"/> only when all <paramref name="length"/> bytes are there; InvalidData when no message begins so.</returns>
internal delegate OperationStatus MessageMeasure(ReadOnlySpan<byte> received, out int length);

/// <summary>A connection as a row of messages: whole ones are read, each is written on its own. One reader and one writer at a time.</summary>
/// <param name="firmware">Whose connection to a console this is, with its faults; null for one to the PC's own display.</param>
internal sealed class MessageStream(Stream stream, FirmwareState? firmware)
{
    /// <summary>amtterm 1.4 throws away what it reads together with an answer of the login or the start of SOL.</summary>
    public static readonly TimeSpan ReplyPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than any message: SOL data with its 16-bit length.</summary>
    private const int MaxMessageBytes = 0x1_0000 + 64;

    private byte[] _buffer = new byte[4096];
    private int _start, _end;

    /// <summary>The next message as a copy; null when the connection ended or what came is no message.</summary>
    public async Task<byte[]?> ReadMessageAsync(MessageMeasure measure, CancellationToken ct)
    {
        while (true)
        {
            switch (measure(_buffer.AsSpan(_start.._end), out int length))
            {
                case OperationStatus.Done:
                    return Take(length);
                case OperationStatus.NeedMoreData when await FillAsync(ct):
                    break;
                default:
                    return null;
            }
        }
    }

    /// <summary>Exactly that many bytes; null when the connection ended before.</summary>
    public async Task<byte[]?> ReadExactlyAsync(int count, CancellationToken ct)
    {
        while (_end - _start < count)
            if (!await FillAsync(ct)) return null;
        return Take(count);
    }

    /// <summary>Writes one message; nothing follows it for <paramref name="pauseAfter"/>.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> message, TimeSpan pauseAfter, CancellationToken ct)
    {
        // A firmware that has become unreachable neither answers nor hangs up.
        if (!IsReachable()) return;
        int piece = firmware?.Faults.WritePieceBytes is > 0 and var bytes ? bytes : message.Length;
        for (int at = 0; at < message.Length; at += piece)
        {
            await stream.WriteAsync(message.Slice(at, Math.Min(piece, message.Length - at)), ct);
            await stream.FlushAsync(ct);
        }
        if (firmware is not null && pauseAfter > TimeSpan.Zero) await Task.Delay(pauseAfter, firmware.Time, ct);
    }

    public Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken ct) => WriteAsync(message, TimeSpan.Zero, ct);

    /// <summary>What has come, at least one byte of it; 0 = the connection ended.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        if (_start == _end) return await stream.ReadAsync(buffer, ct);
        int count = Math.Min(_end - _start, buffer.Length);
        Take(count).CopyTo(buffer);
        return count;
    }

    private bool IsReachable()
    {
        if (firmware is null) return true;
        lock (firmware.Lock) return firmware.Reachable;
    }

    private byte[] Take(int count)
    {
        byte[] message = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return message;
    }

    private async Task<bool> FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == MaxMessageBytes) return false;
        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxMessageBytes));
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += read;
        return read > 0;
    }
}
