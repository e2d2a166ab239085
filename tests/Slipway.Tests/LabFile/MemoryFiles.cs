using System.Text;
using Slipway.LabFile.Values;

namespace Slipway.Tests.LabFile;

/// <summary>Files in memory, below /lab; what is not there is not there.</summary>
internal sealed class MemoryFiles : IFileSource
{
    public const string Directory = "/lab";

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public HashSet<string> ReadableByOthers { get; } = [];

    public HashSet<string> Forbidden { get; } = [];

    public int Reads { get; private set; }

    public MemoryFiles With(string path, string text) => With(path, Encoding.UTF8.GetBytes(text));

    public MemoryFiles With(string path, byte[] content)
    {
        _files[Path.GetFullPath(path, Directory)] = content;
        return this;
    }

    public byte[] ReadUpTo(string path, int limit)
    {
        Reads++;
        if (Forbidden.Contains(path)) throw new UnauthorizedAccessException("Access to the path is denied.");
        return _files.TryGetValue(path, out var content) ? content[..Math.Min(limit, content.Length)] : throw new FileNotFoundException("Could not find file.", path);
    }

    public bool FileExists(string path) => _files.ContainsKey(path);

    public bool DirectoryExists(string path) => _files.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal));

    public bool IsReadableByOthers(string path) => ReadableByOthers.Contains(path);
}
