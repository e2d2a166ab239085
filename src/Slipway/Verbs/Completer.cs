using System.CommandLine;
using System.CommandLine.Completions;
using Slipway.LabFile;
using Slipway.Output;

namespace Slipway.Verbs;

/// <summary><c>slipway complete WORDS…</c>, asked by the shells: prints what the last word may become, one a line. Never complains, for nobody would read it.</summary>
internal static class Completer
{
    public const string Verb = "complete";

    public static int Run(Cli cli, string[] words)
    {
        foreach (string word in Complete(cli, words)) cli.Terminal.Out.WriteLine(word);
        cli.Terminal.Out.Flush();
        return ExitCode.Good;
    }

    /// <param name="words">The words after <c>slipway</c>, up to and with the one under the cursor (which may be empty).</param>
    public static IReadOnlyList<string> Complete(Cli cli, string[] words)
    {
        if (words.Length == 0) return [];
        Command command = cli.Tree(words);
        var options = new List<Option>(command.Options);
        Option? waiting = null;
        int arguments = 0;
        foreach (string word in words.SkipLast(1))
        {
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (options.Find(option => option.Name == word || option.Aliases.Contains(word)) is { } option)
            {
                waiting = option.ValueType == typeof(bool) ? null : option;
            }
            else if (command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
            {
                command = sub;
                options = [.. options.Where(o => o.Recursive), .. sub.Options];
                arguments = 0;
            }
            else
            {
                arguments++;
            }
        }

        string begun = words[^1];
        int lab = Array.IndexOf(words, cli.LabOption.Name);
        var value = new BegunWord(begun, lab >= 0 && lab < words.Length - 2 ? words[lab + 1] : null);
        IEnumerable<string> found = waiting is not null ? Values(cli, waiting, value)
            : begun.StartsWith('-') ? options.Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
                .Concat(command.Arguments.Skip(arguments).Take(1).SelectMany(argument => Values(cli, argument, value)));
        return [.. found.Where(word => word.StartsWith(begun, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Files whose names end so, and directories to look into, for the word begun.</summary>
    public static IEnumerable<string> Files(string begun, string ending)
    {
        int slash = begun.LastIndexOf('/') + 1;
        string shown = begun[..slash];
        var directory = new DirectoryInfo(shown.Length == 0 ? "." : shown);
        if (!directory.Exists) return [];
        return directory.EnumerateFileSystemInfos()
            .Where(entry => !entry.Name.StartsWith('.') && (entry is DirectoryInfo || entry.Name.EndsWith(ending, StringComparison.Ordinal)))
            .Select(entry => shown + entry.Name + (entry is DirectoryInfo ? "/" : ""));
    }

    private static IEnumerable<string> Values(Cli cli, Symbol symbol, BegunWord begun)
    {
        try
        {
            return cli.CompletionOf(symbol) is { } words
                ? [.. words(begun)]
                : symbol.GetCompletions(CompletionContext.Empty).Select(item => item.InsertText ?? item.Label);
        }
        catch (Exception e) when (e is LabFileException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>A word the user is in the middle of.</summary>
/// <param name="Text">What is there already; may be empty.</param>
/// <param name="LabFile">The value of <c>--lab</c> further left; null when it was not given.</param>
internal sealed record BegunWord(string Text, string? LabFile);
