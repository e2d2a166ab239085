using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

/// <summary>
/// One mapping of a file while it is read: hands out its keys typed and checked, and at the end knows which keys nobody asked for.
/// </summary>
/// <remarks>Every reader method returns null (or an empty list) both when the key is absent and when its value was wrong; the second has been reported.</remarks>
internal sealed partial class Section
{
    private readonly Dictionary<string, (YamlScalar Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];
    private readonly HashSet<string> _notYet = new(StringComparer.Ordinal);

    private Section(YamlNode node, string what, Surroundings surroundings)
    {
        Place = node.Place;
        What = what;
        Surroundings = surroundings;
        if (node is not YamlMap map) return;
        foreach (var (key, value) in map.Entries) _entries[key.Source] = (key, value);
    }

    public Place Place { get; }

    /// <summary>What the section describes, for messages: <c>machine 'nuc3'</c>.</summary>
    public string What { get; }

    public Surroundings Surroundings { get; }

    private ProblemList Problems => Surroundings.Problems;

    /// <summary>Opens a mapping. Nothing at all counts as an empty one; anything else is reported and gives null.</summary>
    public static Section? Open(YamlNode node, string what, Surroundings surroundings)
    {
        if (node is YamlMap or YamlScalar { IsNothing: true }) return new Section(node, what, surroundings);
        surroundings.Problems.Add(node.Place, ProblemCode.WrongType, $"{what} must be a mapping (key: value), found {node.Kind}");
        return null;
    }

    public bool Has(string key) => _entries.ContainsKey(key);

    /// <summary>The place of a key's value, or of the section when the key is absent.</summary>
    public Place PlaceOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Value.Place : Place;

    /// <summary>The key's value as it is; null when absent.</summary>
    public YamlNode? Node(string key)
    {
        _asked.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    /// <summary>The mapping under a key; null when absent or wrong.</summary>
    public Section? Inner(string key, string what) => Node(key) is { } node ? Open(node, what, Surroundings) : null;

    /// <summary>The entries of a mapping whose keys are names of the author's choosing.</summary>
    public IEnumerable<(YamlScalar Key, YamlNode Value)> Entries => _entries.Values;

    /// <summary>Reports a required key that is absent.</summary>
    public bool Require(string key, string advice)
    {
        if (Has(key)) return true;
        Problems.Add(Place, ProblemCode.MissingKey, $"{What} has no '{key}': {advice}");
        return false;
    }

    /// <summary>Declares a key that is understood but that this version cannot serve.</summary>
    public bool NotYet(string key, string what)
    {
        _notYet.Add(key);
        if (!_entries.TryGetValue(key, out var entry)) return false;
        Problems.Add(entry.Key.Place, ProblemCode.NotInThisVersion, $"'{key}' of {What}: {what} not in this version");
        return true;
    }

    /// <summary>Reports every key that no reader asked for.</summary>
    public void RejectUnknown()
    {
        foreach (var (key, _) in _entries.Values)
        {
            if (_asked.Contains(key.Source) || _notYet.Contains(key.Source)) continue;
            Problems.Add(
                key.Place,
                ProblemCode.UnknownKey,
                () => $"{What} has no key '{Quoting.Shorten(key.Source)}'{NearestWord.Hint(key.Source, _asked, "keys")}");
        }
    }
}
