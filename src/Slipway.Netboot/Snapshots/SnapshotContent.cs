using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.Snapshots;

/// <summary>One user's share of a <see cref="Snapshot"/>.</summary>
internal sealed class SnapshotContent(FileSnapshots owner, Snapshot snapshot) : BootContent
{
    private int _disposed;

    public override long Length => snapshot.Identity.Size;

    public override string Sha256 => snapshot.Sha256;

    public override SafeFileHandle? Handle => snapshot.Bytes;

    public override int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int length = RandomAccess.Read(snapshot.Bytes, destination[done..], offset + done);
            if (length == 0) break;
            done += length;
        }
        return done;
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) owner.Release(snapshot);
    }
}
