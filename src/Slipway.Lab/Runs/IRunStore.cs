using Slipway.Lab.Boots;

namespace Slipway.Lab.Runs;

/// <summary>The lab's memory of its runs. Thread-safe; several processes may use one store at once.</summary>
/// <remarks>What a call has returned survives <c>kill -9</c>. Trouble with the disk or the database is a <see cref="DeviceException"/>.</remarks>
public interface IRunStore
{
    /// <summary>Stores a new run as <see cref="RunState.Queued"/>, owned by this process, and makes its directory.</summary>
    Task<RunRecord> CreateAsync(NewRun run, CancellationToken ct);

    /// <summary>Stores the run as it is now. <see cref="RunRecord.CreatedAt"/> and <see cref="RunRecord.Directory"/> stay as they were made.</summary>
    Task UpdateAsync(RunRecord run, CancellationToken ct);

    /// <summary>Null when there is no such run.</summary>
    Task<RunRecord?> FindAsync(long id, CancellationToken ct);

    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken ct);
}

/// <summary>What is known of a run before it has a number; the words are those of <see cref="RunRecord"/>.</summary>
public sealed record NewRun(string Lab, string Name, string Machine, string Image);

/// <summary>Which runs are listed; null means any.</summary>
public sealed record RunFilter
{
    public string? Lab { get; init; }

    public string? Machine { get; init; }

    public string? Name { get; init; }

    public Verdict? Verdict { get; init; }

    /// <summary>At most this many, from 1. Default 20: a screenful.</summary>
    public int Limit { get; init; } = 20;
}
