namespace Slipway.Netboot.Snapshots;

/// <summary>How snapshots are taken and kept.</summary>
public sealed record FileSnapshotsOptions
{
    /// <summary>How long a file that is being written is waited for. Default 2 s.</summary>
    /// <remarks>A linker writes a kernel in well under a second; firmware repeats a TFTP request for about 20.</remarks>
    public TimeSpan ChangingDeadline { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at a changing file. Default 25 ms.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long an unused snapshot is kept for the next machine. Default 1 minute.</summary>
    public TimeSpan KeepUnused { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most bytes of unused snapshots kept. Those in use come on top. Default 1 GiB.</summary>
    public long MaxUnusedBytes { get; init; } = 1L << 30;

    /// <summary>Larger files are copied to an unlinked temporary file instead of memory. Default 256 MiB.</summary>
    public long MaxMemoryBytes { get; init; } = 256L << 20;
}
