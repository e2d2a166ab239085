using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Verbs;

namespace Slipway;

/// <summary>The command line: what all verbs share, and the way from words to an exit code.</summary>
internal sealed class Cli
{
    /// <summary>How long a verb may clean up after Ctrl-C before the process ends anyway: a machine must still be switched off (style.md §5).</summary>
    private static readonly TimeSpan CleanUpDeadline = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Symbol, Func<BegunWord, IEnumerable<string>>> _completions = [];

    public required Terminal Terminal { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Reads a variable of the environment; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Finds, reads and checks the lab file; the argument is <c>--lab</c>'s value. A <see cref="LabFileException"/> says all that is wrong.</summary>
    public required Func<string?, LabDescription> LoadLab { get; init; }

    /// <summary>Opens the lab's memory of its runs.</summary>
    public required Func<LabDescription, CancellationToken, Task<IRunStore>> OpenRuns { get; init; }

    public Option<string?> LabOption { get; } = new("--lab")
    {
        Description = "The lab file. Default: $SLIPWAY_LAB, ./lab.yaml, ~/.config/slipway/lab.yaml, /etc/slipway/lab.yaml",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<bool> JsonOption { get; } = new("--json") { Description = "Print data as JSON", Recursive = true };

    public LabDescription Lab(ParseResult line) => LoadLab(line.GetValue(LabOption));

    public bool Json(ParseResult line) => line.GetValue(JsonOption);

    /// <summary>Says how the shell completes a value: from the word begun to whole words.</summary>
    public void Completes(Symbol symbol, Func<BegunWord, IEnumerable<string>> words) => _completions[symbol] = words;

    /// <summary>The value is a machine of the lab.</summary>
    public void CompletesMachine(Symbol symbol) => Completes(symbol, begun => LoadLab(begun.LabFile).Machines.Keys);

    /// <summary>Null when the symbol has no completion of its own.</summary>
    public Func<BegunWord, IEnumerable<string>>? CompletionOf(Symbol symbol) => _completions.GetValueOrDefault(symbol);

    /// <summary>Runs one command line.</summary>
    public async Task<int> RunAsync(string[] words, CancellationToken ct)
    {
        RootCommand root = Tree(words);
        ParseResult line = root.Parse(words);
        if (line.Action is ParseErrorAction) return Misunderstood(line);

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = Terminal.Out,
                Error = Terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CleanUpDeadline,
            };
            try
            {
                return await line.InvokeAsync(configuration, ct);
            }
            finally
            {
                await Terminal.Out.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            if (Complaint.TryReport(e, Terminal) is { } exitCode) return exitCode;
            throw;
        }
    }

    /// <summary>The commands this line may mean: those it names, or all when it names none.</summary>
    public RootCommand Tree(IReadOnlyCollection<string> words)
    {
        var root = new RootCommand("Netboots freshly built kernels on real and virtual machines and judges them.");
        // Completion is our own (Completer), and a directive would make '[suggest]' a word with a meaning.
        root.Directives.Clear();
        root.Add(LabOption);
        Completes(LabOption, begun => Completer.Files(begun.Text, ".yaml"));
        root.Add(JsonOption);
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new VerbHelp();
                help.Description = "Show help";
            }
        }

        List<Verb> named = [.. VerbTable.All.Where(verb => words.Contains(verb.Name))];
        foreach (Verb verb in named.Count > 0 ? named : VerbTable.All) root.Add(verb.Build(this));
        return root;
    }

    private int Misunderstood(ParseResult line)
    {
        Command command = line.CommandResult.Command;
        string path = "slipway";
        foreach (string name in Ancestry(command).Reverse()) path += $" {name}";

        if (command is RootCommand && line.UnmatchedTokens is [var word, ..])
            Terminal.Error.WriteLine($"slipway: there is no verb '{word}' (verbs: {string.Join(", ", VerbTable.All.Select(verb => verb.Name))}); see '{path} --help'");
        else
            foreach (string message in line.Errors.Select(error => error.Message).Distinct()) Terminal.Error.WriteLine($"slipway: {message.TrimEnd('.')}; see '{path} --help'");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Ancestry(Command command)
    {
        for (Command? at = command; at is not null and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault()) yield return at.Name;
    }
}
