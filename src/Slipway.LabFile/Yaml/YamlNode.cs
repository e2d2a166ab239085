namespace Slipway.LabFile.Yaml;

/// <summary>A piece of YAML that remembers where it stood.</summary>
internal abstract class YamlNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>What the node is, for messages; never what it contains, which may be a secret.</summary>
    public abstract string Kind { get; }
}

/// <summary>A scalar as written: <see cref="Source"/> has YAML's escapes applied, and <c>${…}</c> not yet.</summary>
internal sealed class YamlScalar(Place place, string source, YamlScalarStyle style) : YamlNode(place)
{
    public string Source { get; } = source;

    public YamlScalarStyle Style { get; } = style;

    /// <summary>Nothing was written after the colon, or <c>~</c> or <c>null</c>.</summary>
    public bool IsNothing => Style == YamlScalarStyle.Plain && Source is "" or "~" or "null";

    public override string Kind => IsNothing ? "nothing" : "a single value";
}

internal enum YamlScalarStyle
{
    Plain,

    /// <summary>Quoted or a block: always text.</summary>
    Quoted,

    /// <summary>From a command-line flag: text in which the shell has expanded what was to be expanded.</summary>
    Flag,
}

internal sealed class YamlList(Place place, IReadOnlyList<YamlNode> items) : YamlNode(place)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Kind => "a list";
}

internal sealed class YamlMap(Place place, IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> entries) : YamlNode(place)
{
    /// <summary>In the order of the file; no key twice.</summary>
    public IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries { get; } = entries;

    public override string Kind => "a mapping";
}
