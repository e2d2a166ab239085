using System.Globalization;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Sim.Amt;

namespace Slipway.Verbs.Sim;

/// <summary>The words of <c>--fault</c>: each is one kind of trouble of <see cref="AmtFaults"/>.</summary>
internal static class SimFaultWords
{
    private static readonly (string Word, string About, Func<AmtFaults, string, AmtFaults> Set)[] Words =
    [
        ("nonce-uses=N", "the login is forgotten after N uses", (f, v) => f with { NonceUses = Number(v) }),
        ("sleepy=N", "the first N connections to each port get no answer", (f, v) => f with { SleepyConnections = Number(v) }),
        ("busy=N", "the first N requests are answered with 'busy'", (f, v) => f with { BusyAnswers = Number(v) }),
        ("chunked", "answers come in chunks", (f, _) => f with { Chunked = true }),
        ("sessions-drop-at-reset", "sessions are cut at a reset", (f, _) => f with { SessionsDropAtReset = true }),
        ("override-dropped", "a boot override is accepted and not kept", (f, _) => f with { OverrideDropped = true }),
        ("power-ignored", "a power request is accepted and nothing happens", (f, _) => f with { PowerIgnored = true }),
        ("power-misreported", "on is reported as off, and off as on", (f, _) => f with { PowerMisreported = true }),
        ("unreachable-after-power=N", "nothing answers any more, N seconds after power-on", (f, v) => f with { UnreachableAfterPower = TimeSpan.FromSeconds(Number(v)) }),
        ("power-loss=N", "the machine loses power N seconds after power-on", (f, v) => f with { PowerLossAfterPowerOn = TimeSpan.FromSeconds(Number(v)) }),
        ("write-piece=N", "at most N bytes are written at once", (f, v) => f with { WritePieceBytes = Number(v) }),
        ("sol-silent-after=N", "SOL falls silent after N bytes of the machine", (f, v) => f with { SolSilentAfterBytes = Number(v) }),
    ];

    /// <summary>For <c>--help</c>.</summary>
    public static string Help => string.Join("; ", Words.Select(w => $"{w.Word}: {w.About}"));

    /// <exception cref="UsageException">No such fault, or its number is none.</exception>
    public static AmtFaults Read(IEnumerable<string> faults)
    {
        var result = new AmtFaults();
        foreach (string fault in faults)
        {
            string[] parts = fault.Split('=', 2);
            var known = Array.Find(Words, w => w.Word.Split('=')[0] == parts[0]);
            if (known.Set is null || known.Word.Contains('=') != (parts.Length == 2))
                throw new UsageException("SLP7128", $"--fault: there is no '{fault}' (there are: {string.Join(", ", Words.Select(w => w.Word))})");
            result = known.Set(result, parts.Length == 2 ? parts[1] : "");
        }
        return result;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new UsageException("SLP7128", $"--fault: a whole number is needed, found '{text}'");
}
