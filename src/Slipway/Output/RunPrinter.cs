using System.Text;
using System.Text.Json;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.Lab.Runs.Reports;
using Slipway.Storage.Artifacts;

namespace Slipway.Output;

/// <summary>Prints what is kept of one run.</summary>
internal static class RunPrinter
{
    public static int Show(RunRecord run, Terminal terminal, bool json)
    {
        var files = new RunFiles(run.Directory);
        IReadOnlyList<TimelineEntry> timeline = files.ReadTimeline() ?? [];
        IReadOnlyList<ReportedTest> tests = ReportedTest.Read(files.PathOf(RunDirectory.JUnit));
        if (json)
        {
            JsonOutput.Write(terminal, writer =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName("run");
                JsonSerializer.Serialize(writer, run, LabJson.Default.RunRecord);
                writer.WritePropertyName("timeline");
                JsonSerializer.Serialize(writer, timeline, LabJson.Default.IReadOnlyListTimelineEntry);
                WriteTests(writer, tests);
                writer.WriteEndObject();
            });
            return ExitCode.Good;
        }
        TextWriter output = terminal.Out;
        output.WriteLine($"run {run.Id}  {run.Name}");
        output.WriteLine($"machine   {run.Machine}");
        output.WriteLine($"image     {run.Image}");
        output.WriteLine($"made      {When(run.CreatedAt, TimeProvider.System)}" + (run.Attempt > 1 ? $", attempt {run.Attempt}" : ""));
        if (Took(run) is { Length: > 0 } took) output.WriteLine($"took      {took}");
        output.WriteLine($"files     {run.Directory}");
        output.WriteLine(run.Verdict is { } verdict
            ? $"verdict   {FactText.Paint(verdict, terminal)(verdict.Word())} (exit code {run.ExitCode}): {run.Reason}"
            : $"state     {run.State.Word()}");
        if (timeline.Count > 0) output.WriteLine("\ntimeline");
        foreach (TimelineEntry entry in timeline) output.WriteLine(FactText.Line(entry));
        if (tests.Count > 0 || run.TestsPassed + run.TestsFailed + run.TestsSkipped > 0)
            output.WriteLine($"\ntests     {run.TestsPassed} passed, {run.TestsFailed} failed, {run.TestsSkipped} skipped");
        foreach (ReportedTest test in tests)
            output.WriteLine($"  {Painted(test, terminal)}  {test.Name}" + (test.Message.Length > 0 ? $": {test.Message}" : ""));
        return ExitCode.Good;
    }

    public static int Log(RunRecord run, Terminal terminal, bool json)
    {
        string path = Kept(run, RunDirectory.Console, "console record: it did not come as far as its console");
        if (json)
        {
            JsonOutput.Write(terminal, writer =>
            {
                byte[] bytes = File.ReadAllBytes(path);
                writer.WriteStartObject();
                writer.WriteNumber("run", run.Id);
                writer.WriteString("file", path);
                writer.WriteNumber("bytes", bytes.Length);
                writer.WriteString("text", Encoding.UTF8.GetString(bytes));
                writer.WriteEndObject();
            });
            return ExitCode.Good;
        }
        CopyRaw(path, terminal);
        return ExitCode.Good;
    }

    public static int JUnit(RunRecord run, Terminal terminal, bool json)
    {
        string path = Kept(run, RunDirectory.JUnit, "test report");
        if (!json)
        {
            CopyRaw(path, terminal);
            return ExitCode.Good;
        }
        JsonOutput.Write(terminal, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("run", run.Id);
            WriteTests(writer, ReportedTest.Read(path));
            writer.WriteEndObject();
        });
        return ExitCode.Good;
    }

    /// <summary>Local time to the second.</summary>
    public static string When(DateTimeOffset moment, TimeProvider time) => TimeZoneInfo.ConvertTime(moment, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss");

    /// <summary>From power-on to verdict; empty when one is missing.</summary>
    public static string Took(RunRecord run) => run is { StartedAt: { } start, EndedAt: { } end } ? $"{(end - start).TotalSeconds:0.0} s" : "";

    private static string Kept(RunRecord run, string file, string what)
    {
        string path = Path.Combine(run.Directory, file);
        return File.Exists(path) ? path : throw new UsageException("SLP7102", $"run {run.Id} has no {what} (state {run.State.Word()}; no {path}); see 'slipway runs show {run.Id}'");
    }

    private static void CopyRaw(string path, Terminal terminal)
    {
        terminal.Out.Flush();
        // The recorder may still be writing: what there is now is printed.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using Stream output = terminal.OpenRawOut();
        file.CopyTo(output);
    }

    public static void WriteTests(Utf8JsonWriter writer, IReadOnlyList<ReportedTest> tests)
    {
        writer.WriteStartArray("tests");
        foreach (ReportedTest test in tests)
        {
            writer.WriteStartObject();
            writer.WriteString("suite", test.Suite);
            writer.WriteString("name", test.Name);
            writer.WriteString("outcome", test.Outcome.Word());
            writer.WriteString("message", test.Message);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static string Painted(ReportedTest test, Terminal terminal)
    {
        string word = test.Outcome.Word().PadRight("skipped".Length);
        return test.Outcome switch
        {
            TestOutcome.Passed => terminal.Good(word),
            TestOutcome.Failed => terminal.Bad(word),
            _ => terminal.Odd(word),
        };
    }
}
