using System.CommandLine;
using Slipway.Verbs;

namespace Slipway.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> CommandLines()
    {
        var lines = new TheoryData<string>();
        foreach (Command verb in new CliProbe().Cli.Tree([]).Subcommands) Add(verb, verb.Name);
        return lines;

        void Add(Command command, string line)
        {
            lines.Add(line);
            foreach (Command sub in command.Subcommands) Add(sub, $"{line} {sub.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task The_help_of_every_verb_has_an_example_and_its_exit_codes(string verb)
    {
        var probe = new CliProbe();

        int exitCode = await probe.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal(0, exitCode);
        string[] lines = probe.Out.Split('\n');
        int examples = Array.IndexOf(lines, "Examples:"), codes = Array.IndexOf(lines, "Exit codes:");
        Assert.True(examples > 0 && lines[examples + 1].Contains($"slipway {verb.Split(' ')[0]}"));
        Assert.StartsWith("  0  ", lines[codes + 1]);
        Assert.Contains(lines, line => line.StartsWith("  2  ", StringComparison.Ordinal));
        Assert.Empty(probe.Error);
    }

    [Fact]
    public async Task The_help_of_slipway_lists_every_verb()
    {
        var probe = new CliProbe();

        await probe.RunAsync("--help");

        foreach (Verb verb in VerbTable.All) Assert.Contains($"\n  {verb.Name}", probe.Out);
    }
}
