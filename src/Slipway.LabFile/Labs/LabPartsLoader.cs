using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Follows <c>include:</c>. A file reached by two ways is read once; one that includes itself is an error.</summary>
internal sealed class LabPartsLoader
{
    public const int MaxDepth = 16;
    public const int MaxFiles = 256;

    private readonly Surroundings _surroundings;
    private readonly List<Section> _sections = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<(string FullPath, string Shown)> _chain = [];
    private bool _allRead = true;

    private LabPartsLoader(Surroundings surroundings) => _surroundings = surroundings;

    public static LabParts Load(string path, string currentDirectory, Surroundings surroundings)
    {
        var loader = new LabPartsLoader(surroundings);
        var fullPath = Path.GetFullPath(path, currentDirectory);
        loader.LoadFile(fullPath, path, new Place(new SourceFile(path, currentDirectory), 0, 0));
        return new LabParts(loader._sections, loader._allRead);
    }

    private void LoadFile(string fullPath, string shown, Place namedAt)
    {
        if (_chain.Exists(c => c.FullPath == fullPath))
        {
            Fail(namedAt, ProblemCode.IncludeCycle, $"the file includes itself: {ChainTo(shown)}");
            return;
        }

        if (_seen.Contains(fullPath)) return;
        if (_chain.Count >= MaxDepth)
        {
            Fail(namedAt, ProblemCode.IncludeTooDeep, $"includes go more than {MaxDepth} deep: {ChainTo(shown)}");
            return;
        }

        if (_seen.Count >= MaxFiles)
        {
            Fail(namedAt, ProblemCode.IncludeTooDeep, $"more than {MaxFiles} files are included");
            return;
        }

        _seen.Add(fullPath);
        var file = new SourceFile(shown, Path.GetDirectoryName(fullPath) ?? "/", _seen.Count);
        var documents = YamlFile.Read(fullPath, file, namedAt, _surroundings);
        if (documents is null)
        {
            _allRead = false;
            return;
        }

        const string second = "a lab file is one YAML document; a second one starts here (remove the '---')";
        const string empty = "the file is empty; it must say at least 'lab:' and 'network:'";
        if (documents.Count > 1) Fail(documents[1].Place, ProblemCode.DocumentCount, second);
        if (documents.Count == 0) Fail(new Place(file, 0, 0), ProblemCode.DocumentCount, empty);
        if (documents.Count == 0 || Section.Open(documents[0], "the lab file", _surroundings) is not { } section)
        {
            _allRead = false;
            return;
        }

        _sections.Add(section);
        _chain.Add((fullPath, shown));
        foreach (var include in section.Scalars("include"))
        {
            if (Expansion.Expand(include, _surroundings) is { } text && section.PathOf(include, text, "include") is { } included)
                LoadFile(included, ShownAs(include, included, shown), include.Place);
            else
                _allRead = false;
        }

        _chain.RemoveAt(_chain.Count - 1);
    }

    // 'rack1.yaml' included by 'labs/lab.yaml' is 'labs/rack1.yaml' to the user. What the environment gave is not repeated.
    private static string ShownAs(YamlScalar include, string fullPath, string includer) =>
        include.Source.Contains("${", StringComparison.Ordinal) ? include.Source
        : include.Source.StartsWith('~') || Path.IsPathRooted(include.Source) ? fullPath
        : Path.Combine(Path.GetDirectoryName(includer) ?? "", include.Source);

    private string ChainTo(string shown)
    {
        var names = _chain.Select(c => c.Shown).Append(shown).ToList();
        const int listed = 6;
        return string.Join(" → ", names.Count <= listed ? names : [.. names.Take(listed / 2), "…", .. names.TakeLast(listed / 2)]);
    }

    private void Fail(Place place, string code, string message)
    {
        _surroundings.Problems.Add(place, code, message);
        _allRead = false;
    }
}
