namespace Slipway.LabFile.Values;

/// <summary>Where files come from: the disk, or a test's memory. Paths are absolute.</summary>
internal interface IFileSource
{
    /// <summary>The first <paramref name="limit"/> bytes of a file, fewer when it is shorter.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    byte[] ReadUpTo(string path, int limit);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>Whether everybody on this computer may read the file.</summary>
    bool IsReadableByOthers(string path);
}
