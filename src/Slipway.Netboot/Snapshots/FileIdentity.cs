namespace Slipway.Netboot.Snapshots;

/// <summary>What must stay the same for a file to be the same file with the same contents (statx(2)).</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Size, FileTime Modified, FileTime Changed, FileType Type);

/// <summary>A file time as the kernel keeps it: since 1970, in UTC.</summary>
internal readonly record struct FileTime(long Seconds, uint Nanoseconds)
{
    public DateTimeOffset Moment => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / 100);
}

/// <summary>File type bits of <c>st_mode</c> (inode(7)).</summary>
internal enum FileType : ushort
{
    Directory = 0x4000,

    Regular = 0x8000,
}
