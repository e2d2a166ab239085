using System.Text.Json;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.Output;
using Slipway.Verbs;

namespace Slipway.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("rusn", "there is no verb 'rusn'", "slipway --help")]
    [InlineData("", "", "slipway --help")]
    [InlineData("runs --zap", "--zap", "slipway runs --help")]
    [InlineData("runs show", "RUN", "slipway runs show --help")]
    [InlineData("runs show x", "whole number from 1, found 'x'", "slipway runs show --help")]
    [InlineData("runs -n 0", "-n needs a number from 1, found '0'", "slipway runs --help")]
    [InlineData("runs --verdict splendid", "splendid", "slipway runs --help")]
    [InlineData("machines --lab", "--lab", "slipway machines --help")]
    [InlineData("completion tcsh", "tcsh", "slipway completion --help")]
    public async Task A_line_that_is_not_understood_exits_2_and_says_where_help_is(string line, string what, string help)
    {
        var probe = new CliProbe();

        int exitCode = await probe.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, exitCode);
        Assert.StartsWith("slipway: ", probe.Error);
        Assert.Contains(what, probe.Error);
        Assert.Contains($"see '{help}'", probe.Error);
        Assert.Empty(probe.Out);
    }

    [Fact]
    public async Task Every_problem_of_a_lab_file_is_a_line_of_its_own_and_exits_2()
    {
        var probe = new CliProbe();

        int exitCode = await probe.RunAsync("machines", "--lab", "broken.yaml");

        Assert.Equal(2, exitCode);
        Assert.Equal("broken.yaml:3:7: SLP1203: machine 'nuc3' is twice\nbroken.yaml:9:1: SLP1204: more\n", probe.Error);
    }

    [Fact]
    public async Task Machines_are_a_table_without_colour_when_nobody_watches()
    {
        var probe = new CliProbe();

        Assert.Equal(0, await probe.RunAsync("machines"));

        Assert.Equal(
            """
            MACHINE  MAC                IP             IMAGE     FIRMWARE  TAGS
            aronnax  00:1b:21:41:cf:4c  192.168.77.10  nautilus  -         intel,vtx
            vm1      02:00:00:00:00:01  -              -         uefi

            """,
            probe.Out);
    }

    [Fact]
    public async Task Machines_as_json_have_the_same_words()
    {
        var probe = new CliProbe();

        await probe.RunAsync("--json", "machines");

        using var json = JsonDocument.Parse(probe.Out);
        Assert.Equal("00:1b:21:41:cf:4c", json.RootElement[0].GetProperty("mac").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("ip").ValueKind);
        Assert.Equal("uefi", json.RootElement[1].GetProperty("firmware").GetString());
    }

    [Fact]
    public async Task A_machine_that_is_not_there_is_answered_with_those_that_are()
    {
        var probe = new CliProbe();

        Assert.Equal(2, await probe.RunAsync("machines", "show", "nuc3"));

        Assert.Contains("there is no machine 'nuc3' in /home/me/lab.yaml (machines: aronnax, vm1)", probe.Error);
        Assert.EndsWith("[SLP7103]\n", probe.Error);
    }

    [Fact]
    public async Task The_filters_of_runs_reach_the_store()
    {
        var probe = new CliProbe();

        Assert.Equal(0, await probe.RunAsync("runs", "-m", "vm1", "--verdict", "lab-fault", "-n", "3", "--name", "smoke"));

        Assert.Equal(new RunFilter { Machine = "vm1", Verdict = Verdict.LabFault, Limit = 3, Name = "smoke" }, probe.Runs.Asked);
    }

    [Fact]
    public async Task A_run_shows_its_verdict_or_its_state()
    {
        var probe = new CliProbe();
        RunRecord run = await probe.Runs.CreateAsync(new NewRun("desk", "smoke", "vm1", "hello"), CancellationToken.None);
        await probe.Runs.CreateAsync(new NewRun("desk", "next", "vm1", "hello"), CancellationToken.None);
        await probe.Runs.UpdateAsync(run with { State = RunState.Released, Verdict = Verdict.Hung, ExitCode = 124, Reason = "30 s without a byte" }, CancellationToken.None);

        await probe.RunAsync("runs");
        await probe.RunAsync("runs", "show", "1");

        Assert.Contains("smoke  hung", probe.Out);
        Assert.Contains("next   queued", probe.Out);
        Assert.Contains("verdict   hung (exit code 124): 30 s without a byte", probe.Out);
    }

    [Fact]
    public async Task A_run_that_is_not_there_exits_2_and_names_the_newest()
    {
        var probe = new CliProbe();

        Assert.Equal(2, await probe.RunAsync("runs", "show", "5"));

        Assert.Contains("there is no run 5 in lab 'desk' (there are none yet)", probe.Error);
    }

    [Fact]
    public async Task A_run_without_a_console_says_so()
    {
        var probe = new CliProbe();
        await probe.Runs.CreateAsync(new NewRun("desk", "smoke", "vm1", "hello"), CancellationToken.None);

        Assert.Equal(2, await probe.RunAsync("runs", "log", "1"));

        Assert.Contains("run 1 has no console record", probe.Error);
    }

    [Theory]
    [InlineData("", "amt|boot|check|completion|demo|fence|machines|netboot|power|run|runs|screen|sim")]
    [InlineData("ru", "run|runs")]
    [InlineData("runs |", "junit|log|show")]
    [InlineData("runs --ver", "--verdict")]
    [InlineData("runs -m |", "aronnax|vm1")]
    [InlineData("runs -m v", "vm1")]
    [InlineData("--lab x.yaml machines show a", "aronnax")]
    [InlineData("--lab broken.yaml machines show |", "")]
    [InlineData("machines show vm1 |", "")]
    [InlineData("runs --verdict ti", "timeout")]
    [InlineData("completion |", "bash|fish|zsh")]
    [InlineData("runs show --j", "--json")]
    public void A_shell_is_told_what_the_last_word_may_become(string line, string expected)
    {
        string[] words = [.. line.Split(' ').Select(word => word == "|" ? "" : word)];

        IReadOnlyList<string> found = Completer.Complete(new CliProbe().Cli, words);

        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Fact]
    public void Every_verdict_has_the_exit_code_of_the_design()
    {
        Assert.Equal([0, 1, 1, 1, 3, 4, 124, 124, 124, 130], Enum.GetValues<Verdict>().Select(ExitCodes.Of));
    }
}
