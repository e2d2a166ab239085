using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.InteropTests.Boots;

/// <summary>One run as <c>--json</c> prints it.</summary>
internal sealed class RunReport
{
    private readonly SlipwayResult _result;
    private readonly JsonElement _json;

    private RunReport(SlipwayResult result, JsonElement json)
    {
        _result = result;
        _json = json;
        Timeline = [.. json.GetProperty("timeline").EnumerateArray().Select(e => new ReportedFact(e))];
    }

    public string Machine => Text("machine");

    /// <summary>In lower case without dashes: <c>labfault</c>.</summary>
    public string Verdict => Plain(Text("verdict"));

    public int ExitCode => _json.GetProperty("exitCode").GetInt32();

    public string Reason => Text("reason");

    public string Directory => Text("directory");

    public IReadOnlyList<ReportedFact> Timeline { get; }

    public IReadOnlyList<JsonElement> Tests => [.. _json.GetProperty("tests").EnumerateArray()];

    /// <summary>The console from the first byte to the last, as it was recorded.</summary>
    public string Console => Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(Directory, "console.raw"))).Replace("\r", "", StringComparison.Ordinal);

    /// <summary>The runs of an invocation, one JSON document each.</summary>
    public static IReadOnlyList<RunReport> ReadAll(SlipwayResult result)
    {
        var reports = new List<RunReport>();
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(result.Output), new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                JsonElement document = JsonElement.ParseValue(ref reader);
                if (document.ValueKind == JsonValueKind.Array) reports.AddRange(document.EnumerateArray().Select(d => new RunReport(result, d)));
                else reports.Add(new RunReport(result, document));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Assert.Fail($"standard output is not what --json promises ({e.Message}):\n{result}");
        }
        return reports;
    }

    /// <summary>The files that reached the machine, in order.</summary>
    public IReadOnlyList<ReportedFact> Served => [.. Timeline.Where(f => f.Event == "FileServed")];

    public IReadOnlyList<ReportedFact> Facts(string name) => [.. Timeline.Where(f => f.Event == name)];

    /// <summary>Asserts verdict, exit code, and what every run keeps.</summary>
    public RunReport Ended(string verdict, int exitCode)
    {
        Assert.True(Verdict == verdict && ExitCode == exitCode, $"expected {verdict} ({exitCode}), was {Verdict} ({ExitCode}): {Reason}\n{this}");
        Assert.True(Reason.Length > 0, $"a verdict without a reason\n{this}");
        foreach (string file in new[] { "console.raw", "timeline.json", "junit.xml", "served.json" })
            Assert.True(File.Exists(Path.Combine(Directory, file)), $"the run did not keep {file}\n{this}");
        Assert.Equal("Judged", Timeline[^1].Event == "Judged" ? "Judged" : Timeline.LastOrDefault(f => f.Event == "Judged")?.Event);
        return this;
    }

    /// <summary>Asserts that facts of these names happened, the first of each in this order.</summary>
    public void Happened(params string[] names)
    {
        int at = -1;
        foreach (string name in names)
        {
            int next = at + 1;
            while (next < Timeline.Count && Timeline[next].Event != name) next++;
            Assert.True(next < Timeline.Count, $"no {name} after {(at < 0 ? "the beginning" : Timeline[at].Event)}\n{this}");
            at = next;
        }
    }

    /// <summary>Asserts that files whose names match these patterns reached the machine, in this order (others may lie between).</summary>
    public void ServedInOrder(params string[] patterns)
    {
        int at = 0;
        foreach (string pattern in patterns)
        {
            while (at < Served.Count && !Regex.IsMatch(Served[at]["name"], pattern)) at++;
            Assert.True(at < Served.Count, $"no file like /{pattern}/ where it was expected; served: {string.Join(", ", Served.Select(f => f["name"]))}\n{this}");
            at++;
        }
    }

    public void ConsoleHas(string pattern) =>
        Assert.True(Regex.IsMatch(Console, pattern, RegexOptions.Multiline), $"the console does not have /{pattern}/:\n{Console}\n{this}");

    public override string ToString() => _result.ToString();

    internal static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private string Text(string name) => _json.GetProperty(name).ToString();
}

/// <summary>One entry of a reported timeline.</summary>
internal sealed class ReportedFact(JsonElement json)
{
    public double At => json.GetProperty("at").GetDouble();

    public DateTimeOffset Wall => json.GetProperty("wall").GetDateTimeOffset();

    public string Event => json.GetProperty("event").GetString() ?? "";

    /// <summary>A field as text, whatever the case of its name; empty when there is none.</summary>
    public string this[string field] =>
        json.EnumerateObject().FirstOrDefault(p => string.Equals(p.Name, field, StringComparison.OrdinalIgnoreCase)) is { Value.ValueKind: not JsonValueKind.Undefined } found
            ? found.Value.ToString()
            : "";
}
