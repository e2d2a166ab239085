namespace Slipway.LabFile.Yaml;

/// <summary>A file being read: how messages name it, and what its relative paths stand on.</summary>
/// <param name="Shown">As the user named it.</param>
/// <param name="Directory">Absolute directory of the file.</param>
/// <param name="Order">Position in the order of reading, so that problems are listed file by file.</param>
internal sealed record SourceFile(string Shown, string Directory, int Order = 0);

/// <summary>A point in a file. Line and column count from 1; 0 means the file as a whole.</summary>
internal readonly record struct Place(SourceFile File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File.Shown : $"{File.Shown}:{Line}:{Column}";
}
