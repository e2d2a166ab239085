using Slipway.Lab.Boots;

namespace Slipway.Lab.Runs;

/// <summary>How a boot ended.</summary>
/// <param name="Verdict">Which kind of end.</param>
/// <param name="Reason">In words that a person can act on.</param>
public sealed record Judgement(Verdict Verdict, string Reason);

/// <summary>What a watch wants done.</summary>
public abstract record WatchAction
{
    /// <summary>Type this into the console.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Bytes) : WatchAction;

    /// <summary>Write this fact into the timeline.</summary>
    public sealed record Report(BootFact Fact) : WatchAction;
}

/// <summary>Verdicts as exit codes (design.md §6).</summary>
public static class ExitCodes
{
    public static int Of(Verdict verdict) => verdict switch
    {
        Verdict.Passed => 0,
        Verdict.Failed or Verdict.Crashed or Verdict.Reset => 1,
        Verdict.LabFault => 3,
        Verdict.Busy => 4,
        Verdict.Timeout or Verdict.Silent or Verdict.Hung => 124,
        _ => 130,
    };
}
