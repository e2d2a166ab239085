namespace Slipway.LabFile;

/// <summary>A wish with a verdict: an image on a machine, and what is expected of it.</summary>
public sealed record RunDescription
{
    public required string Name { get; init; }

    /// <summary>The machine's name; null when <see cref="Needs"/> chooses one.</summary>
    public string? Machine { get; init; }

    /// <summary>Tags a machine must have (<c>needs:</c>).</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Name of an image of the lab; null = <see cref="InlineImage"/>, or the machine's own.</summary>
    public string? Image { get; init; }

    public ImageDescription? InlineImage { get; init; }

    public BuildDescription? Build { get; init; }

    public IReadOnlyList<RunStep> Steps { get; init; } = [];

    /// <summary>No byte for this long after the first one means hung; null = off.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Bound on a run as a whole, from power-on (<c>within:</c>). Default 10 minutes.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Crash patterns added to the built-in ones.</summary>
    public IReadOnlyList<string> Crash { get; init; } = [];

    /// <summary>Patterns that mean the kernel itself says it failed.</summary>
    public IReadOnlyList<string> Fail { get; init; } = [];

    public ReportKind Reports { get; init; } = ReportKind.Auto;

    /// <summary>How often a run that ended as lab-fault is tried again. 0 to 10; default 0.</summary>
    public int RetryOnLabFault { get; init; }

    public AfterRun After { get; init; } = AfterRun.Off;

    /// <summary>Glob patterns of files to keep with the run, relative to the run file (<see cref="Directory"/>).</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>The directory relative things are resolved against: the run file's own, or the current one for a run made of flags. Absolute.</summary>
    public required string Directory { get; init; }
}

/// <summary>How the image is built before it is staged.</summary>
/// <param name="Command">A shell line, given to <c>/bin/sh -c</c>: the user's own build command.</param>
/// <param name="Directory">Where it runs, absolute.</param>
/// <param name="Timeout">How long it may take. Default 30 minutes.</param>
public sealed record BuildDescription(string Command, string Directory, TimeSpan Timeout);

/// <summary>One step of a run, in order.</summary>
public abstract record RunStep;

/// <summary>Waits until the console shows a match of <paramref name="Pattern"/>.</summary>
/// <param name="Pattern">Regular expression over lines with ANSI sequences and carriage returns removed; matches from the first byte after the previous match.</param>
/// <param name="Within">Counted from the moment the step became current (for the first step: from power-on). Default 60 s.</param>
public sealed record ExpectStep(string Pattern, TimeSpan Within) : RunStep;

/// <summary>Types into the console.</summary>
/// <param name="Text">The bytes to send, as UTF-8; YAML's escapes are already applied.</param>
/// <param name="Reboots">True when the machine is expected to restart after this (<c>reboots: true</c>): one reset is then asked for and not a verdict.</param>
public sealed record SendStep(string Text, bool Reboots) : RunStep;

/// <summary>Which test report formats are looked for on the console.</summary>
public enum ReportKind
{
    Auto,
    None,
    Tap,
    Ktap,
    Sotest,
    Lava,
    Wvtest,
}

/// <summary>How the machine is left.</summary>
public enum AfterRun
{
    Off,
    Leave,
    Reset,
}
