namespace Slipway.Lab.Runs;

/// <summary>Where a run is on its way (style.md §2). Each arrow is stored before its action starts.</summary>
public enum RunState
{
    /// <summary>Stored and acknowledged; waits for a machine.</summary>
    Queued,

    /// <summary>Holds its machine; nobody else may touch it.</summary>
    Leased,

    /// <summary>The image is built and in the boot plan; power has not been touched.</summary>
    Staged,

    /// <summary>Power was commanded; the machine is on its way to its first console byte.</summary>
    Booting,

    /// <summary>The console speaks; steps, crash patterns and deadlines are watched.</summary>
    Watching,

    /// <summary>The verdict stands and will not change; the machine may not be put back yet.</summary>
    Judged,

    /// <summary>The machine was left as the run asked and is free again.</summary>
    Released,
}
