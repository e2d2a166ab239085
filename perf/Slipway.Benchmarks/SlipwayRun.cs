using System.Diagnostics;
using System.Text.Json;

namespace Slipway.Benchmarks;

/// <summary>Times of one <c>slipway run</c>.</summary>
/// <param name="StartToPower">From starting the process to PowerCommanded.</param>
/// <param name="PowerToMarker">From PowerCommanded to the marker on the console.</param>
internal sealed record SlipwayRun(TimeSpan StartToPower, TimeSpan PowerToMarker)
{
    public static async Task<SlipwayRun> TimeAsync(string root, BootChain chain)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        var info = new ProcessStartInfo($"{root}/out/slipway", ["--lab", $"{root}/samples/lab.yaml", "--json", "run", $"{root}/samples/runs/{chain.RunFile}"])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(info)!;
        string json = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        using JsonDocument run = JsonDocument.Parse(json);
        if (run.RootElement.GetProperty("verdict").GetString() != "passed")
            throw new InvalidOperationException($"{chain.Name} did not pass: {run.RootElement.GetProperty("reason").GetString()}");
        JsonElement power = Event(run.RootElement, "PowerCommanded", _ => true);
        JsonElement marker = Event(run.RootElement, "StepMet", e => e.GetProperty("text").GetString()!.Contains(chain.Marker, StringComparison.Ordinal));
        return new SlipwayRun(
            power.GetProperty("wall").GetDateTimeOffset() - start,
            TimeSpan.FromSeconds(marker.GetProperty("at").GetDouble() - power.GetProperty("at").GetDouble()));
    }

    private static JsonElement Event(JsonElement run, string name, Func<JsonElement, bool> also) =>
        run.GetProperty("timeline").EnumerateArray().First(e => e.GetProperty("event").GetString() == name && also(e));
}
