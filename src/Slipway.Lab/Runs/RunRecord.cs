using Slipway.Lab.Boots;

namespace Slipway.Lab.Runs;

/// <summary>What is remembered of one run.</summary>
public sealed record RunRecord
{
    /// <summary>From 1, per lab; never used twice.</summary>
    public required long Id { get; init; }

    public required string Lab { get; init; }

    /// <summary>The run's name in its run file, or what was made of its flags.</summary>
    public required string Name { get; init; }

    public required string Machine { get; init; }

    /// <summary>The image's name, or its kernel's path when it has none.</summary>
    public required string Image { get; init; }

    public required RunState State { get; init; }

    /// <summary>Null until <see cref="RunState.Judged"/>.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What <c>slipway run</c> exits with (design.md §6); null until judged.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why this verdict, in words; empty until judged.</summary>
    public string Reason { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When power was first commanded; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the verdict fell; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From 1; grows with each retry after a lab-fault.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Where the run's files are (<see cref="RunDirectory"/>), absolute.</summary>
    public required string Directory { get; init; }

    public int TestsPassed { get; init; }

    public int TestsFailed { get; init; }

    public int TestsSkipped { get; init; }

    /// <summary>The process that drives the run. A run whose process died before the verdict ends as lab-fault.</summary>
    public required int OwnerPid { get; init; }

    /// <summary>True once the verdict stands.</summary>
    public bool IsOver => State is RunState.Judged or RunState.Released;
}
