using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>Reads exactly as many bytes as a message has, through a buffer of its own.</summary>
/// <remarks>The end of the stream is an <see cref="EndOfStreamException"/> here: what it means depends on who was reading what.</remarks>
internal sealed class RfbInput(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at, _end;

    public async ValueTask ReadAsync(Memory<byte> target, CancellationToken ct)
    {
        int length = TakeBuffered(target.Length);
        _buffer.AsMemory(_at - length, length).CopyTo(target);
        target = target[length..];
        if (target.IsEmpty) return;
        if (target.Length >= _buffer.Length)
        {
            await stream.ReadExactlyAsync(target, ct);
            return;
        }
        await RefillAsync(target.Length, ct);
        _buffer.AsMemory(_at, target.Length).CopyTo(target);
        _at += target.Length;
    }

    /// <summary>A few bytes. They stay as they are until the next call.</summary>
    /// <param name="count">Less than 64 KiB.</param>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(int count, CancellationToken ct)
    {
        if (_end - _at < count) await RefillAsync(count, ct);
        _at += count;
        return _buffer.AsMemory(_at - count, count);
    }

    public async ValueTask<byte> TakeByteAsync(CancellationToken ct) => (await TakeAsync(1, ct)).Span[0];

    public async ValueTask<uint> TakeUInt32Async(CancellationToken ct) => BinaryPrimitives.ReadUInt32BigEndian((await TakeAsync(sizeof(uint), ct)).Span);

    public async ValueTask SkipAsync(long count, CancellationToken ct)
    {
        while (count > 0)
        {
            if (_at == _end) await RefillAsync(1, ct);
            count -= TakeBuffered((int)Math.Min(count, _buffer.Length));
        }
    }

    private int TakeBuffered(int most)
    {
        int length = Math.Min(most, _end - _at);
        _at += length;
        return length;
    }

    /// <summary>Moves what is left to the front and reads until there are at least so many bytes.</summary>
    private async ValueTask RefillAsync(int count, CancellationToken ct)
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        while (_end < count)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
            if (read == 0) throw new EndOfStreamException();
            _end += read;
        }
    }
}
