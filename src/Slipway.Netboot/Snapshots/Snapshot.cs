using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.Snapshots;

/// <summary>One copy of a file, shared by all who serve it. Counted under the lock of <see cref="FileSnapshots"/>.</summary>
internal sealed class Snapshot(FileIdentity identity, SafeFileHandle bytes, string sha256) : IDisposable
{
    public FileIdentity Identity { get; } = identity;

    public SafeFileHandle Bytes { get; } = bytes;

    public string Sha256 { get; } = sha256;

    public int Users { get; set; }

    /// <summary>When the last user left (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long UnusedSince { get; set; }

    /// <summary>No later request will get this one: the file has changed since.</summary>
    public bool IsStale { get; set; }

    public void Dispose() => Bytes.Dispose();
}
