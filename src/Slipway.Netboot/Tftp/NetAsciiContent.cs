using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.Tftp;

/// <summary>Content as netascii sends it: LF becomes CR LF, CR becomes CR NUL (RFC 764). Not thread-safe; disposes what it wraps.</summary>
/// <remarks>
/// The converted text is not kept. One pass at the start notes how many bytes each chunk grows to, so that any block can be made
/// again for a resend, and so that <c>tsize</c> is exact.
/// </remarks>
internal sealed class NetAsciiContent : BootContent
{
    private const int ChunkBytes = 16 * 1024;

    private readonly BootContent _inner;
    private readonly List<long> _chunkStarts = []; // offset in the converted text of each chunk of the original
    private readonly byte[] _original = new byte[ChunkBytes];
    private readonly byte[] _converted = new byte[ChunkBytes * 2];
    private int _convertedChunk = -1;
    private int _convertedLength;

    public NetAsciiContent(BootContent inner)
    {
        _inner = inner;
        for (long offset = 0; offset < inner.Length; offset += ChunkBytes)
        {
            ReadOnlySpan<byte> chunk = _original.AsSpan(0, inner.Read(offset, _original));
            _chunkStarts.Add(Length);
            Length += chunk.Length + chunk.Count((byte)'\n') + chunk.Count((byte)'\r');
        }
    }

    public override long Length { get; }

    /// <summary>Of the original: that is what the lab knows the file by.</summary>
    public override string Sha256 => _inner.Sha256;

    public override SafeFileHandle? Handle => null;

    public override int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length && offset + done < Length)
        {
            int chunk = _chunkStarts.BinarySearch(offset + done);
            if (chunk < 0) chunk = ~chunk - 1;
            Convert(chunk);
            int from = (int)(offset + done - _chunkStarts[chunk]);
            int count = Math.Min(_convertedLength - from, destination.Length - done);
            _converted.AsSpan(from, count).CopyTo(destination[done..]);
            done += count;
        }
        return done;
    }

    public override void Dispose() => _inner.Dispose();

    private void Convert(int chunk)
    {
        if (chunk == _convertedChunk) return;
        _convertedLength = 0;
        foreach (byte b in _original.AsSpan(0, _inner.Read((long)chunk * ChunkBytes, _original)))
        {
            if (b == '\n') _converted[_convertedLength++] = (byte)'\r';
            _converted[_convertedLength++] = b;
            if (b == '\r') _converted[_convertedLength++] = 0;
        }
        _convertedChunk = chunk;
    }
}
