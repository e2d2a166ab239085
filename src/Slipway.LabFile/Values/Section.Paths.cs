using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

// Files, directories, patterns, commands and secrets.
internal sealed partial class Section
{
    private const string SecretFilePrefix = "file:";
    private const int MaxSecretBytes = 64 * 1024;

    private static readonly string[] SecretWords = ["PASSWORD", "SECRET", "TOKEN", "KEY"];

    /// <summary>An absolute path; the file is expected to exist in the end, so a missing one is warned about.</summary>
    public string? ExistingFile(string key) =>
        Scalar(key) is var (scalar, text) && PathOf(scalar, text, key) is { } path ? WarnIfMissing(scalar, path, key, Surroundings.Files.FileExists) : null;

    public IReadOnlyList<string> ExistingFiles(string key) => Existing(key, Surroundings.Files.FileExists);

    public IReadOnlyList<string> ExistingDirectories(string key) => Existing(key, Surroundings.Files.DirectoryExists);

    /// <summary>A directory, absolute; nothing is said about whether it exists.</summary>
    public string? Directory(string key) => Scalar(key) is var (scalar, text) ? PathOf(scalar, text, key) : null;

    /// <summary>Makes a path absolute: <c>~/</c> is the home directory, and anything else relative to the directory of the file it stands in.</summary>
    public string? PathOf(YamlScalar scalar, string text, string key)
    {
        string? path = null;
        if (text.Length == 0)
            Problems.Add(scalar.Place, ProblemCode.BadPath, $"'{key}' of {What} is an empty path");
        else if (text.Any(char.IsControl))
            Problems.Add(
                scalar.Place,
                ProblemCode.ControlCharacter,
                $"'{key}' of {What} has a line break or another control character in its path");
        else if (text != "~" && !text.StartsWith("~/", StringComparison.Ordinal))
            path = text.StartsWith('~') ? RefuseOtherHome(scalar, key) : Path.GetFullPath(text, scalar.Place.File.Directory);
        else if (Surroundings.Environment("HOME") is { Length: > 0 } home)
            path = Path.GetFullPath(text.Length == 1 ? home : Path.Combine(home, text[2..].TrimStart('/')), scalar.Place.File.Directory);
        else
            Problems.Add(scalar.Place, ProblemCode.BadPath, $"'{key}' of {What} starts with '~/', but the environment has no HOME");
        return path;
    }

    /// <summary>Warns when nothing is there yet; kernels are often not built when the lab file is read.</summary>
    public string WarnIfMissing(YamlScalar scalar, string path, string key, Func<string, bool> exists)
    {
        if (!exists(path))
        {
            Problems.Warn(
                scalar.Place,
                ProblemCode.MissingFile,
                $"'{key}' of {What}: {Quoting.Quote(scalar)} is not there (yet)");
        }
        return path;
    }

    /// <summary>A regular expression, checked.</summary>
    /// <param name="key">The key it stands under.</param>
    /// <param name="alarm">A match decides something, so a pattern that matches an empty line is an error.</param>
    public string? Pattern(string key, bool alarm = false) => Scalar(key) is var (scalar, text) ? PatternOf(scalar, text, key, alarm) : null;

    public IReadOnlyList<string> Patterns(string key) =>
        [.. Scalars(key).Select(s => Expansion.Expand(s, Surroundings) is { } text ? PatternOf(s, text, key, alarm: true) : null).OfType<string>()];

    /// <summary>A program and its arguments: a list, or a string split as a shell would. Null when absent or wrong.</summary>
    public IReadOnlyList<string>? Command(string key)
    {
        if (Node(key) is not { } node) return null;
        List<string>? words;
        if (node is YamlList list)
        {
            words = [.. list.Items.Select(item => TextOf(item, key)).OfType<string>()];
            if (words.Count != list.Items.Count) return null;
        }
        else
        {
            if (TextOf(node, key) is not { } text) return null;
            words = ShellWords.TrySplit(text);
            if (words is null)
            {
                Problems.Add(
                    node.Place,
                    ProblemCode.BadCommand,
                    $"'{key}' of {What} has a quote that is not closed, or ends in a backslash");
            }
        }

        if (words is null) return null;
        if (words is [{ Length: > 0 }, ..] && !words.Exists(w => w.Contains('\0'))) return words;
        Problems.Add(
            node.Place,
            ProblemCode.BadCommand,
            $"'{key}' of {What} names no program; give [program, argument, …] or a line of words");
        return null;
    }

    /// <summary>Environment variables for programs. No value of them ever enters a message.</summary>
    public IReadOnlyDictionary<string, Secret> Secrets(string key)
    {
        var secrets = new Dictionary<string, Secret>(StringComparer.Ordinal);
        foreach (var (name, node) in Inner(key, $"'{key}' of {What}")?.Entries ?? [])
        {
            // 'PASSWORD:hunter2' without the blank is a key to YAML, so what is no name is not repeated.
            if (!Expansion.IsVariableName(name.Source))
                Problems.Add(
                    name.Place,
                    ProblemCode.BadName,
                    $"'{key}' of {What}: an environment variable's name has letters, digits and _ only, and ': ' after it");
            else if (SecretOf(node, name.Source, key) is { } value)
                secrets[name.Source] = new Secret(value);
        }

        return secrets;
    }

    /// <summary>A single secret. Its value never enters a message.</summary>
    /// <param name="key">The key it stands under.</param>
    /// <param name="variable">The environment variable to advise.</param>
    public Secret? Secret(string key, string variable) =>
        Node(key) is { } node && SecretOf(node, variable, key) is { } value ? new Secret(value) : null;

    private List<string> Existing(string key, Func<string, bool> exists)
    {
        var paths = new List<string>();
        foreach (var scalar in Scalars(key))
            if (Expansion.Expand(scalar, Surroundings) is { } text && PathOf(scalar, text, key) is { } path) paths.Add(WarnIfMissing(scalar, path, key, exists));
        return paths;
    }

    private string? RefuseOtherHome(YamlScalar scalar, string key)
    {
        Problems.Add(
            scalar.Place,
            ProblemCode.BadPath,
            $"'{key}' of {What}: only '~/' is understood, not another user's home; write ./~… for a file of that name");
        return null;
    }

    private string? PatternOf(YamlScalar scalar, string text, string key, bool alarm)
    {
        if (ConsolePattern.TryCompile(text, out var regex) is { } defect)
        {
            Problems.Add(
                scalar.Place,
                ProblemCode.BadPattern,
                $"'{key}' of {What}: {Quoting.Quote(scalar)} is no regular expression we can use: {defect}");
            return null;
        }

        if (alarm && regex!.IsMatch(""))
        {
            Problems.Add(
                scalar.Place,
                ProblemCode.EmptyPattern,
                $"'{key}' of {What}: {Quoting.Quote(scalar)} matches an empty line, so it would match at once on every boot");
            return null;
        }

        return text;
    }

    private string? SecretOf(YamlNode node, string name, string key)
    {
        if (node is not YamlScalar { IsNothing: false } scalar)
        {
            Problems.Add(node.Place, ProblemCode.WrongType, $"'{name}' in '{key}' of {What} must be a single value, found {node.Kind}");
            return null;
        }

        if (Expansion.Expand(scalar, Surroundings) is not { } value) return null;
        if (value.StartsWith(SecretFilePrefix, StringComparison.Ordinal)) return SecretFromFile(scalar, value[SecretFilePrefix.Length..], name, key);
        if (value == scalar.Source && value.Length > 0 && SecretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase)))
        {
            Problems.Warn(
                scalar.Place,
                ProblemCode.LiteralSecret,
                $"'{name}' in '{key}' of {What} is written out here for every reader of the file; use \"${{{name}}}\" or file:PATH");
        }

        if (!value.Contains('\0')) return value;
        Problems.Add(
            scalar.Place,
            ProblemCode.ControlCharacter,
            $"'{name}' in '{key}' of {What} has a NUL byte in it; an environment variable cannot");
        return null;
    }

    private string? SecretFromFile(YamlScalar scalar, string text, string name, string key)
    {
        if (PathOf(scalar, text, key) is not { } path) return null;
        try
        {
            var bytes = Surroundings.Files.ReadUpTo(path, MaxSecretBytes + 1);
            if (bytes.Length > MaxSecretBytes || Array.IndexOf(bytes, (byte)0) >= 0 || !System.Text.Unicode.Utf8.IsValid(bytes))
            {
                Problems.Add(
                    scalar.Place,
                    ProblemCode.SecretFile,
                    $"'{name}' in '{key}' of {What}: the file {Quoting.Quote(scalar)} is not a short text");
                return null;
            }

            if (Surroundings.Files.IsReadableByOthers(path))
                Problems.Warn(
                    scalar.Place,
                    ProblemCode.SecretFileOpen,
                    $"'{name}' in '{key}' of {What}: everybody may read {Quoting.Quote(scalar)}; chmod 600 it");
            var value = System.Text.Encoding.UTF8.GetString(bytes);
            return value.EndsWith("\r\n", StringComparison.Ordinal) ? value[..^2] : value.EndsWith('\n') ? value[..^1] : value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problems.Add(
                scalar.Place,
                ProblemCode.SecretFile,
                $"'{name}' in '{key}' of {What}: the file {Quoting.Quote(scalar)} cannot be read ({FileFailure.Reason(e)})");
            return null;
        }
    }
}
