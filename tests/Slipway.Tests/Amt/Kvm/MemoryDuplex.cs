using System.Threading.Channels;

namespace Slipway.Tests.Amt.Kvm;

/// <summary>One end of a connection that exists in memory. What one end writes the other reads, in pieces of at most <c>pieceBytes</c>.</summary>
internal sealed class MemoryDuplex : Stream
{
    private readonly ChannelReader<byte[]> _incoming;
    private readonly ChannelWriter<byte[]> _outgoing;
    private readonly int _pieceBytes;
    private ReadOnlyMemory<byte> _rest;

    private MemoryDuplex(ChannelReader<byte[]> incoming, ChannelWriter<byte[]> outgoing, int pieceBytes) =>
        (_incoming, _outgoing, _pieceBytes) = (incoming, outgoing, pieceBytes);

    public static (MemoryDuplex Ours, MemoryDuplex Theirs) Pair(int pieceBytes = int.MaxValue)
    {
        var there = Channel.CreateUnbounded<byte[]>();
        var back = Channel.CreateUnbounded<byte[]>();
        return (new MemoryDuplex(back.Reader, there.Writer, pieceBytes), new MemoryDuplex(there.Reader, back.Writer, pieceBytes));
    }

    /// <summary>A connection on which everything has been said already, and which then ends.</summary>
    public static MemoryDuplex Said(byte[] bytes, int pieceBytes = int.MaxValue)
    {
        (MemoryDuplex ours, MemoryDuplex theirs) = Pair(pieceBytes);
        theirs.Write(bytes);
        theirs.Dispose();
        return ours;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_rest.IsEmpty)
        {
            if (!await _incoming.WaitToReadAsync(cancellationToken)) return 0;
            if (_incoming.TryRead(out byte[]? piece)) _rest = piece;
        }
        int length = Math.Min(Math.Min(buffer.Length, _rest.Length), _pieceBytes);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => _outgoing.TryWrite(buffer.AsSpan(offset, count).ToArray());

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_outgoing.TryWrite(buffer.ToArray())) throw new IOException("the other end is gone");
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _outgoing.TryComplete();
        base.Dispose(disposing);
    }
}
