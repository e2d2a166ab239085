using Slipway.LabFile.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Event = YamlDotNet.Core.Events.ParsingEvent;

namespace Slipway.LabFile.Yaml;

/// <summary>Text → trees of <see cref="YamlNode"/>, one per document, from YamlDotNet's events.</summary>
/// <remarks>
/// Not YamlDotNet's own representation model: it resolves aliases, and ten lines of text then stand for a billion
/// values to whoever walks them. Here nesting and the number of values are bounded while reading, so time and memory
/// are bounded by the size of the file.
/// </remarks>
internal sealed class YamlTreeReader
{
    /// <summary>A lab file nests six deep; anything near this is a mistake or an attack.</summary>
    public const int MaxDepth = 32;

    /// <summary>500 machines with everything said about each stay far below (tested).</summary>
    public const int MaxNodes = 200_000;

    private readonly SourceFile _file;
    private readonly ProblemList _problems;
    private readonly Parser _events;
    private int _nodes;

    private YamlTreeReader(string text, SourceFile file, ProblemList problems)
    {
        _file = file;
        _problems = problems;
        _events = new Parser(new StringReader(text));
    }

    /// <summary>The documents of the text that are not empty; null after a problem was reported that leaves no usable tree.</summary>
    public static IReadOnlyList<YamlNode>? Read(ReadOnlySpan<byte> bytes, SourceFile file, ProblemList problems)
    {
        if (YamlText.Decode(bytes, file, problems) is not { } text) return null;

        try
        {
            return new YamlTreeReader(text, file, problems).Documents();
        }
        catch (RefusedException refused)
        {
            problems.Add(refused.Place, refused.Code, refused.Message);
        }
        catch (YamlException e)
        {
            problems.Add(new Place(file, (int)e.Start.Line, (int)e.Start.Column), ProblemCode.YamlSyntax, "not YAML: " + Sentence(e));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A foreign parser on hostile text: whatever else it may throw, the author's answer is the same.
            problems.Add(new Place(file, 0, 0), ProblemCode.YamlSyntax, "not YAML: the parser gave up (" + e.GetType().Name + ")");
        }

        return null;
    }

    private List<YamlNode> Documents()
    {
        var documents = new List<YamlNode>();
        while (_events.MoveNext())
        {
            if (_events.Current is not DocumentStart) continue;
            var document = Node(Next(), depth: 0);
            if (document is not YamlScalar { IsNothing: true }) documents.Add(document);
        }

        return documents;
    }

    private YamlNode Node(Event e, int depth)
    {
        var place = PlaceOf(e);
        if (++_nodes > MaxNodes) throw new RefusedException(place, ProblemCode.TooDeepOrMany, $"more than {MaxNodes} values in one file");
        if (depth > MaxDepth) throw new RefusedException(place, ProblemCode.TooDeepOrMany, $"nested more than {MaxDepth} deep");
        if (e is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            throw new RefusedException(
                place,
                ProblemCode.AnchorOrTag,
                "anchors (&name) and aliases (*name) are not used here; quote the text if '&' or '*' is meant, or write the value out");
        }

        if (e is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
            throw new RefusedException(place,
            ProblemCode.AnchorOrTag,
            "YAML tags (!name) are not used here; quote the text if '!' is meant");

        return e switch
        {
            Scalar scalar => new YamlScalar(place, scalar.Value, scalar.Style == ScalarStyle.Plain ? YamlScalarStyle.Plain : YamlScalarStyle.Quoted),
            SequenceStart => new YamlList(place, Items(depth)),
            MappingStart => new YamlMap(place, Entries(depth)),
            _ => throw new RefusedException(place, ProblemCode.YamlSyntax, "not YAML: a value was expected"),
        };
    }

    private List<YamlNode> Items(int depth)
    {
        var items = new List<YamlNode>();
        for (var e = Next(); e is not SequenceEnd; e = Next()) items.Add(Node(e, depth + 1));
        return items;
    }

    private List<KeyValuePair<YamlScalar, YamlNode>> Entries(int depth)
    {
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        for (var e = Next(); e is not MappingEnd; e = Next())
        {
            if (e is MappingStart or SequenceStart)
                throw new RefusedException(PlaceOf(e),
                ProblemCode.YamlSyntax,
                "a key must be a word, not a list or a mapping; quote text that starts with '{' or '['");

            var key = (YamlScalar)Node(e, depth + 1);
            var value = Node(Next(), depth + 1);
            if (seen.TryAdd(key.Source, key.Place)) entries.Add(new(key, value));
            else _problems.Add(key.Place,
            ProblemCode.DuplicateKey,
            $"'{Shorten(key.Source)}' stands here a second time (first at {seen[key.Source]})");
        }

        return entries;
    }

    private Event Next() =>
        _events.MoveNext() && _events.Current is { } e ? e : throw new RefusedException(new Place(_file, 0, 0), ProblemCode.YamlSyntax, "not YAML: the text ends early");

    private Place PlaceOf(Event e) => new(_file, (int)e.Start.Line, (int)e.Start.Column);

    private static string Sentence(YamlException e)
    {
        var text = Shorten(e.Message.ReplaceLineEndings(" ")).TrimEnd('.');
        return text.Length == 0 ? "malformed" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private sealed class RefusedException(Place place, string code, string message) : Exception(message)
    {
        public Place Place { get; } = place;

        public string Code { get; } = code;
    }
}
