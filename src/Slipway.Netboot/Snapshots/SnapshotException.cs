namespace Slipway.Netboot.Snapshots;

/// <summary>Why a file could not be taken as it is now.</summary>
public enum SnapshotFailure
{
    NotFound,

    /// <summary>Somebody kept writing to it.</summary>
    Changing,

    Unreadable,

    IsDirectory,
}

/// <summary>A file cannot be served now. The message says what to do.</summary>
public sealed class SnapshotException(SnapshotFailure failure, string path, string message, Exception? inner) : Exception(message, inner)
{
    public SnapshotFailure Failure { get; } = failure;

    public string Path { get; } = path;
}
