using System.IO.Compression;

namespace Slipway.Amt.Kvm;

/// <summary>The bytes inside a zlib stream that arrives in pieces and never ends (RFC 6143 §7.7.6): each rectangle goes on where the one before it stopped.</summary>
/// <remarks>Some firmware leaves out the two bytes zlib begins with (RFC 1950 §2.2), so they are taken away when they are there, and what follows
/// is plain deflate. Blocks are mostly stored, which an inflater does not mind.</remarks>
internal sealed class InflatedBytes : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int ZlibHeaderBytes = 2;

    private readonly Piece _piece = new();
    private readonly DeflateStream _inflater;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _at, _end;
    private bool _isBegun;

    public InflatedBytes() => _inflater = new DeflateStream(_piece, CompressionMode.Decompress);

    /// <summary>Whether what came is no deflate stream. Final: nothing can be read after it.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Puts the next piece behind the last one, which must have been read to its end.</summary>
    public void Feed(ReadOnlyMemory<byte> compressed)
    {
        if (!_isBegun && compressed.Length >= ZlibHeaderBytes)
        {
            _isBegun = true;
            if (IsZlibHeader(compressed.Span)) compressed = compressed[ZlibHeaderBytes..];
        }
        _piece.Rest = compressed;
    }

    /// <summary>The next byte; −1 when this piece holds no more, or is broken.</summary>
    public int Next() => _at < _end || Refill() ? _buffer[_at++] : -1;

    /// <summary>Fills <paramref name="target"/>; false when this piece holds less, or is broken.</summary>
    public bool TryRead(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (_at == _end && !Refill()) return false;
            int length = Math.Min(target.Length, _end - _at);
            _buffer.AsSpan(_at, length).CopyTo(target);
            _at += length;
            target = target[length..];
        }
        return true;
    }

    /// <summary>Reads away what is left of this piece, so that the next may follow.</summary>
    /// <param name="most">Bytes that are thrown away before it counts as hostile.</param>
    public bool TryDrain(int most)
    {
        while (_at < _end || Refill())
        {
            most -= _end - _at;
            _at = _end;
            if (most < 0) return false;
        }
        return !IsBroken;
    }

    public void Dispose() => _inflater.Dispose();

    private bool Refill()
    {
        if (IsBroken) return false;
        (_at, _end) = (0, 0);
        try
        {
            // 0 is no end here: after another Feed the inflater goes on.
            _end = _inflater.Read(_buffer);
        }
        catch (InvalidDataException)
        {
            IsBroken = true;
        }
        return _end > 0;
    }

    /// <summary>RFC 1950 §2.2: deflate, a window that exists, no dictionary, and a sum that can be divided by 31. A deflate stream cannot look like it:
    /// it would be a stored block with padding that is not 0.</summary>
    private static bool IsZlibHeader(ReadOnlySpan<byte> bytes) =>
        (bytes[0] & 0x0F) == 8 && bytes[0] >> 4 <= 7 && (bytes[1] & 0x20) == 0 && ((bytes[0] << 8) | bytes[1]) % 31 == 0;

    /// <summary>What the inflater reads from: the piece at hand.</summary>
    private sealed class Piece : Stream
    {
        public ReadOnlyMemory<byte> Rest { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int length = Math.Min(buffer.Length, Rest.Length);
            Rest.Span[..length].CopyTo(buffer);
            Rest = Rest[length..];
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
