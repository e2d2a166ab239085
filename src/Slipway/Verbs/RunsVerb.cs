using System.CommandLine;
using System.Text.Json;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Storage.Artifacts;

namespace Slipway.Verbs;

/// <summary><c>slipway runs</c>: what the lab remembers of its runs.</summary>
internal static class RunsVerb
{
    private static readonly (int, string)[] ExitCodes =
    [
        (ExitCode.Good, "printed (whatever the verdict was)"),
        (ExitCode.Usage, "wrong usage or lab file, or no such run"),
        (ExitCode.LabFault, "the run database cannot be read"),
    ];

    public static VerbCommand Build(Cli cli)
    {
        var machine = new Option<string?>("--machine", "-m") { Description = "Only runs on this machine", HelpName = "MACHINE" };
        cli.CompletesMachine(machine);
        var name = new Option<string?>("--name") { Description = "Only runs of this name", HelpName = "RUN" };
        var verdict = new Option<string?>("--verdict") { Description = $"Only runs that ended so: {string.Join(", ", Words.All<Verdict>())}", HelpName = "VERDICT" };
        verdict.AcceptOnlyFromAmong([.. Words.All<Verdict>()]);
        var limit = new Option<int>("-n") { Description = "At most this many, newest first", HelpName = "COUNT", DefaultValueFactory = _ => new RunFilter().Limit };
        limit.Validators.Add(value =>
        {
            if (value.Tokens is [var token] && !(int.TryParse(token.Value, out int count) && count > 0)) value.AddError($"-n needs a number from 1, found '{token.Value}'");
        });

        var verb = new VerbCommand("runs", "List the lab's runs, the newest first")
        {
            Examples =
            [
                ("slipway runs", "the last runs"),
                ("slipway runs -m aronnax --verdict crashed -n 5", "the last five crashes of one machine"),
                ("slipway runs show 17", "verdict, timeline and tests of one run"),
                ("slipway runs log 17 | less -R", "its console, byte for byte"),
                ("slipway runs junit 17 > junit.xml", "its tests for a CI server"),
            ],
            ExitCodes = ExitCodes,
        };
        verb.Add(machine);
        verb.Add(name);
        verb.Add(verdict);
        verb.Add(limit);
        verb.SetAction((line, ct) =>
        {
            Verdict? ended = line.GetValue(verdict) is { } word && Words.TryRead(word, out Verdict read) ? read : null;
            var filter = new RunFilter { Machine = line.GetValue(machine), Name = line.GetValue(name), Verdict = ended, Limit = line.GetValue(limit) };
            return ListAsync(cli, line, filter, ct);
        });
        verb.Add(OneRun(cli, "show", "Show one run: summary, verdict, timeline, tests", "slipway runs show 17", RunPrinter.Show));
        verb.Add(OneRun(cli, "log", "Print a run's console, byte for byte", "slipway runs log 17 | less -R", RunPrinter.Log));
        verb.Add(OneRun(cli, "junit", "Print a run's tests as JUnit XML", "slipway runs junit 17 > junit.xml", RunPrinter.JUnit));
        return verb;
    }

    private static VerbCommand OneRun(Cli cli, string name, string description, string example, Func<RunRecord, Terminal, bool, int> print)
    {
        var number = new Argument<long>("RUN")
        {
            Description = "The run's number",
            CustomParser = words =>
            {
                if (long.TryParse(words.Tokens[0].Value, out long id) && id > 0) return id;
                words.AddError($"a run's number is a whole number from 1, found '{words.Tokens[0].Value}'");
                return 0;
            },
        };
        var verb = new VerbCommand(name, description) { Examples = [(example, "")], ExitCodes = ExitCodes };
        verb.Add(number);
        verb.SetAction(async (line, ct) =>
        {
            LabDescription lab = cli.Lab(line);
            IRunStore runs = await cli.OpenRuns(lab, ct);
            long id = line.GetRequiredValue(number);
            if (await runs.FindAsync(id, ct) is { } run) return print(run, cli.Terminal, cli.Json(line));

            IReadOnlyList<RunRecord> newest = await runs.ListAsync(new RunFilter { Limit = 1 }, ct);
            string there = newest is [var last] ? $"the newest is {last.Id}" : "there are none yet";
            throw new UsageException("SLP7101", $"there is no run {id} in lab '{lab.Name}' ({there}); see 'slipway runs'");
        });
        return verb;
    }

    private static async Task<int> ListAsync(Cli cli, ParseResult line, RunFilter filter, CancellationToken ct)
    {
        IRunStore store = await cli.OpenRuns(cli.Lab(line), ct);
        IReadOnlyList<RunRecord> runs = await store.ListAsync(filter, ct);
        if (cli.Json(line))
        {
            JsonOutput.Write(cli.Terminal, json => JsonSerializer.Serialize(json, runs, LabJson.Default.IReadOnlyListRunRecord));
            return ExitCode.Good;
        }
        var table = new Table("RUN", "WHEN", "MACHINE", "IMAGE", "NAME", "VERDICT", "TOOK", "REASON");
        foreach (RunRecord run in runs)
        {
            table.Add(
                run.Id.ToString(), RunPrinter.When(run.CreatedAt, cli.Time), run.Machine, run.Image, run.Name,
                new Table.Cell(run.Verdict?.Word() ?? run.State.Word(), FactText.Paint(run.Verdict, cli.Terminal)), RunPrinter.Took(run), run.Reason);
        }
        table.WriteTo(cli.Terminal.Out);
        return ExitCode.Good;
    }
}
