namespace Slipway.Netboot.Tftp;

/// <summary>Reads blocks one after the other, many with one system call. For one thread.</summary>
/// <remarks>In lock-step a block costs three system calls: receive, read and send. This saves the middle one.</remarks>
internal sealed class ReadAhead(BootContent content)
{
    private const int BufferBytes = 32 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _start;
    private int _length;

    /// <inheritdoc cref="BootContent.Read"/>
    public int Read(long offset, Span<byte> destination)
    {
        if (destination.Length > BufferBytes) return content.Read(offset, destination);

        int wanted = (int)Math.Min(destination.Length, Math.Max(0, content.Length - offset));
        if (offset < _start || offset + wanted > _start + _length)
        {
            _length = content.Read(offset, _buffer);
            _start = offset;
        }
        wanted = Math.Min(wanted, _length);
        _buffer.AsSpan((int)(offset - _start), wanted).CopyTo(destination);
        return wanted;
    }
}
