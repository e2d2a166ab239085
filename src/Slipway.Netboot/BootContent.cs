using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot;

/// <summary>Bytes to serve that do not change while they are served: generated text, or a snapshot of a file. Reading is thread-safe.</summary>
public abstract class BootContent : IDisposable
{
    public abstract long Length { get; }

    /// <summary>SHA-256 of the whole, lower-case hex.</summary>
    public abstract string Sha256 { get; }

    /// <summary>A handle that holds exactly these bytes from offset 0, for <c>sendfile</c>; null when they are in memory only.</summary>
    public virtual SafeFileHandle? Handle => null;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>; returns fewer bytes only at the end.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    public abstract void Dispose();

    /// <summary>Content held in memory; the array is not copied and not changed afterwards.</summary>
    public static BootContent Of(byte[] bytes) => new MemoryContent(bytes);

    private sealed class MemoryContent(byte[] bytes) : BootContent
    {
        private readonly Lazy<string> _sha256 = new(() => Convert.ToHexStringLower(SHA256.HashData(bytes)));

        public override long Length => bytes.Length;

        public override string Sha256 => _sha256.Value;

        public override int Read(long offset, Span<byte> destination)
        {
            if (offset >= bytes.Length) return 0;
            ReadOnlySpan<byte> rest = bytes.AsSpan((int)offset);
            if (rest.Length > destination.Length) rest = rest[..destination.Length];
            rest.CopyTo(destination);
            return rest.Length;
        }

        public override void Dispose()
        {
        }
    }
}
