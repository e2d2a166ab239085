using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;

namespace Slipway.Lab.Runs;

/// <summary>What a follower of a run is told, in order.</summary>
public abstract record RunEvent
{
    /// <summary>The run is stored and has a number.</summary>
    public sealed record Created(RunRecord Run) : RunEvent;

    /// <summary>A line of the build.</summary>
    public sealed record BuildSaid(string Line) : RunEvent;

    /// <summary>Something a person waiting would want to know, such as "switch the machine on by hand".</summary>
    public sealed record Notice(string Text) : RunEvent;

    /// <summary>A boot began; the follower reads its timeline and console at its own pace.</summary>
    /// <param name="Timeline">Grows while the boot goes on.</param>
    /// <param name="Journal">Null when the machine has no console.</param>
    /// <param name="Attempt">From 1.</param>
    public sealed record BootBegan(Timeline Timeline, ConsoleJournal? Journal, int Attempt) : RunEvent;

    /// <summary>The boot is judged; its timeline and console grow no more.</summary>
    public sealed record BootEnded(RunRecord Run) : RunEvent;
}
