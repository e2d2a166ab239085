using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Slipway.Verbs;

/// <summary><c>--help</c>: the library's page, then examples and exit codes.</summary>
internal sealed class VerbHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _page = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        _page.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not VerbCommand verb) return 0;

        TextWriter output = parseResult.InvocationConfiguration.Output;
        Section(output, "Examples:", [.. verb.Examples]);
        Section(output, "Exit codes:", [.. verb.ExitCodes.Select(exit => (exit.Code.ToString(), exit.Meaning))]);
        return 0;
    }

    private static void Section(TextWriter output, string title, IReadOnlyList<(string Left, string Right)> rows)
    {
        int width = rows.Max(row => row.Left.Length);
        output.WriteLine(title);
        foreach ((string left, string right) in rows) output.WriteLine($"  {left.PadRight(width)}  {right}".TrimEnd());
        output.WriteLine();
    }
}
