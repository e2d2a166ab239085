using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Reads one YAML file from where files come from, within the limits.</summary>
internal static class YamlFile
{
    /// <summary>The file's documents; null after a problem was reported at <paramref name="namedAt"/> or in the file.</summary>
    public static IReadOnlyList<YamlNode>? Read(string fullPath, SourceFile file, Place namedAt, Surroundings surroundings)
    {
        byte[] bytes;
        try
        {
            bytes = surroundings.Files.ReadUpTo(fullPath, LabFileReader.MaxFileBytes + 1);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            surroundings.Problems.Add(namedAt, ProblemCode.NoFile, $"no such file: '{Quoting.Shorten(file.Shown)}'");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            surroundings.Problems.Add(
                namedAt,
                ProblemCode.Unreadable,
                $"'{Quoting.Shorten(file.Shown)}' cannot be read: {FileFailure.Reason(e)}");
            return null;
        }

        if (bytes.Length > LabFileReader.MaxFileBytes)
        {
            surroundings.Problems.Add(
                new Place(file, 0, 0),
                ProblemCode.TooLarge,
                $"larger than {LabFileReader.MaxFileBytes >> 20} MiB; this is no lab file or run file");
            return null;
        }

        return YamlTreeReader.Read(bytes, file, surroundings.Problems);
    }
}
