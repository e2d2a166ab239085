using System.Globalization;
using System.Net;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

// The typed readers of single values.
internal sealed partial class Section
{
    private const int MaxNameLength = 63;

    public string? Text(string key) => Node(key) is { } node ? TextOf(node, key) : null;

    /// <summary>Text that ends up in one line of a boot script, so without line breaks and other control characters.</summary>
    public string? Line(string key) => Scalar(key) is var (scalar, text) ? LineOf(scalar, text, key) : null;

    public string? LineOf(YamlScalar scalar, string text, string key)
    {
        if (!text.Any(char.IsControl)) return text;
        Problems.Add(
            scalar.Place,
            ProblemCode.ControlCharacter,
            $"'{key}' of {What} has a line break or another control character in it; it must be one line");
        return null;
    }

    /// <summary>Text, or a list of text; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string key) => [.. Scalars(key).Select(s => Expansion.Expand(s, Surroundings)).OfType<string>()];

    /// <summary>The single values under a key that takes one or a list, each with its place.</summary>
    public IEnumerable<YamlScalar> Scalars(string key)
    {
        var node = Node(key);
        if (node is null) return [];
        var items = node is YamlList list ? list.Items : [node];
        return items.Select(item => ScalarOf(item, key)).OfType<YamlScalar>();
    }

    /// <summary>A name: letters, digits, <c>. _ -</c>, starting with a letter or digit, at most 63 characters.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Reports text that is no name; true when it is one.</summary>
    public static bool CheckName(YamlScalar scalar, string text, string what, Surroundings surroundings)
    {
        if (IsName(text)) return true;
        surroundings.Problems.Add(
            scalar.Place,
            ProblemCode.BadName,
            $"{Quoting.Quote(scalar)} is no {what} name: use letters, digits, '.', '_' and '-', starting with a letter or digit, at "
                + $"most {MaxNameLength} characters");
        return false;
    }

    public bool? Boolean(string key)
    {
        if (Scalar(key) is not var (scalar, text)) return null;
        if (text is "true" or "false") return text == "true";
        Problems.Add(scalar.Place, ProblemCode.IllegalWord, $"'{key}' of {What} is true or false, not {Quoting.Quote(scalar)}");
        return null;
    }

    public int? Number(string key, int least, int most)
    {
        if (Scalar(key) is not var (scalar, text)) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Problems.Add(
            scalar.Place,
            ProblemCode.BadNumber,
            $"'{key}' of {What} is a whole number from {least} to {most}, not {Quoting.Quote(scalar)}");
        return null;
    }

    public TimeSpan? Duration(string key, TimeSpan least, TimeSpan most)
    {
        if (Scalar(key) is not var (scalar, text)) return null;
        if (Units.TryDuration(text) is not { } duration)
            Problems.Add(
                scalar.Place,
                ProblemCode.BadDuration,
                $"'{key}' of {What} is a duration such as 500ms, 30s, 2m, 1h30m or 5d, not {Quoting.Quote(scalar)}");
        else if (duration < least || duration > most)
            Problems.Add(
                scalar.Place,
                ProblemCode.BadDuration,
                $"'{key}' of {What} is from {Units.Show(least)} to {Units.Show(most)}, not {Quoting.Quote(scalar)}");
        else
            return duration;
        return null;
    }

    /// <summary>Memory in MiB: a size with unit, or a plain number of MiB.</summary>
    public int? MebiBytes(string key, int least, int most)
    {
        const int bytesPerMebiByteShift = 20;
        if (Scalar(key) is not var (scalar, text)) return null;
        long? mebiBytes = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : Units.TrySize(text) >> bytesPerMebiByteShift;
        if (mebiBytes >= least && mebiBytes <= most) return (int)mebiBytes;
        Problems.Add(
            scalar.Place,
            ProblemCode.BadSize,
            $"'{key}' of {What} is a size such as 256M or 1G (a plain number is MiB), from {least}M to {most}M, not "
                + $"{Quoting.Quote(scalar)}");
        return null;
    }

    /// <summary>One of some legal words.</summary>
    public T? Word<T>(string key, WordList<T> words)
        where T : struct =>
        Scalar(key) is var (scalar, text) ? words.Read(scalar, text, $"'{key}' of {What}", Surroundings) : null;

    /// <summary>Legal words, one or a list.</summary>
    public IReadOnlyList<T> Words<T>(string key, WordList<T> words)
        where T : struct =>
        [.. Scalars(key).Select(s => Expansion.Expand(s, Surroundings) is { } text ? words.Read(s, text, $"'{key}' of {What}", Surroundings) : null).OfType<T>()];

    /// <summary>An IPv4 address.</summary>
    public IPAddress? Address(string key) => Scalar(key) is var (scalar, text) ? AddressOf(scalar, text, key) : null;

    public IReadOnlyList<IPAddress> Addresses(string key) =>
        [.. Scalars(key).Select(s => Expansion.Expand(s, Surroundings) is { } text ? AddressOf(s, text, key) : null).OfType<IPAddress>()];

    /// <summary>A scalar and its value with variables replaced; null when absent or wrong.</summary>
    public (YamlScalar Scalar, string Text)? Scalar(string key) =>
        Node(key) is { } node && ScalarOf(node, key) is { } scalar && Expansion.Expand(scalar, Surroundings) is { } text ? (scalar, text) : null;

    private string? TextOf(YamlNode node, string key) => ScalarOf(node, key) is { } scalar ? Expansion.Expand(scalar, Surroundings) : null;

    private YamlScalar? ScalarOf(YamlNode node, string key)
    {
        if (node is YamlScalar { IsNothing: false } scalar) return scalar;
        Problems.Add(node.Place, ProblemCode.WrongType, $"'{key}' of {What} must be a single value, found {node.Kind}");
        return null;
    }

    private IPAddress? AddressOf(YamlScalar scalar, string text, string key)
    {
        if (NetworkAddresses.TryIpv4(text) is { } address) return address;
        Problems.Add(
            scalar.Place,
            ProblemCode.BadAddress,
            $"'{key}' of {What} is an IPv4 address such as 192.168.77.10, not {Quoting.Quote(scalar)}");
        return null;
    }
}
