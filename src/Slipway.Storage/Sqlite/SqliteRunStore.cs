using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.Storage.Artifacts;

namespace Slipway.Storage.Sqlite;

/// <summary>Runs in a SQLite database, their files in directories beside it: <c>slipway.db</c> and <c>runs/N/</c>.</summary>
public sealed class SqliteRunStore : IRunStore, IAsyncDisposable
{
    public const string DatabaseFile = "slipway.db";

    /// <summary>How long a statement waits for another process's write. A write takes about a millisecond; 10 s means that something holds the file.</summary>
    private const int BusyMilliseconds = 10_000;

    /// <summary>What a run is settled with when its process is gone (design.md §6).</summary>
    private const int LabFaultExitCode = 3;

    private const string OwnerGone = "slipway ended before the run did";

    private const string Columns =
        "id, lab, name, machine, image, state, verdict, exit_code, reason, created_at, started_at, ended_at, attempt, tests_passed, tests_failed, tests_skipped, owner_pid";

    private readonly string _file;
    private readonly string _runs;
    private readonly TimeProvider _time;
    private readonly SqliteConnection _connection;

    /// <summary>A connection is for one thread at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private SqliteRunStore(string directory, TimeProvider time)
    {
        _file = Path.Combine(directory, DatabaseFile);
        _runs = Path.Combine(directory, "runs");
        _time = time;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            Pooling = false,
            DefaultTimeout = BusyMilliseconds / 1000,
        }.ConnectionString);
    }

    /// <summary>Opens the store of one lab, making it when it is new, and settles runs whose process is gone.</summary>
    /// <param name="directory">The lab's state directory, absolute; made when it does not exist.</param>
    /// <exception cref="DeviceException">SQLite is missing, the directory may not be written, the database is damaged or newer than this program.</exception>
    public static async Task<SqliteRunStore> OpenAsync(string directory, TimeProvider time, CancellationToken ct)
    {
        SystemSqlite.Use();
        var store = new SqliteRunStore(directory, time);
        try
        {
            await store.OnConnectionAsync(store.Open, ct);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public Task<RunRecord> CreateAsync(NewRun run, CancellationToken ct) => OnConnectionAsync(() => Create(run), ct);

    public Task UpdateAsync(RunRecord run, CancellationToken ct) => OnConnectionAsync(() => Update(run), ct);

    public Task<RunRecord?> FindAsync(long id, CancellationToken ct) => OnConnectionAsync(
        () =>
        {
            using SqliteCommand command = Command($"SELECT {Columns} FROM run WHERE id = $id", ("$id", id));
            return ReadAll(command).SingleOrDefault();
        },
        ct);

    public Task<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken ct) => OnConnectionAsync<IReadOnlyList<RunRecord>>(() => List(filter), ct);

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>Runs one piece of work with the connection, off the caller's thread: SQLite blocks, and waits when another process writes.</summary>
    private async Task<T> OnConnectionAsync<T>(Func<T> work, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return await Task.Run(work, ct);
        }
        catch (SqliteException e)
        {
            throw SqliteTrouble.Explain(e, _file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException("SLP5903", $"cannot keep runs in {Path.GetDirectoryName(_file)}: {e.Message}; give the right to write there, or set SLIPWAY_STATE_DIR to another directory", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private int Open()
    {
        Directory.CreateDirectory(_runs);
        _connection.Open();
        // WAL with NORMAL: a commit is in the kernel's page cache when it returns, so kill -9 loses nothing. Only a power cut
        // or a kernel crash can take the last commits, and never damages the file; FULL would cost an fsync per commit for that.
        Execute($"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA synchronous = NORMAL");
        Schema.Migrate(_connection, _file);
        return SettleOrphans();
    }

    private RunRecord Create(NewRun run)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        int pid = Environment.ProcessId;
        var record = new RunRecord
        {
            Id = 0,
            Lab = run.Lab,
            Name = run.Name,
            Machine = run.Machine,
            Image = run.Image,
            State = RunState.Queued,
            CreatedAt = _time.GetUtcNow(),
            Directory = "",
            OwnerPid = pid,
        };
        using SqliteCommand insert = Command(
            """
            INSERT INTO run (lab, name, machine, image, state, created_at, owner_pid, owner_started)
            VALUES ($lab, $name, $machine, $image, $state, $created, $pid, $started) RETURNING id
            """,
            ("$lab", run.Lab), ("$name", run.Name), ("$machine", run.Machine), ("$image", run.Image), ("$state", record.State.ToString()),
            ("$created", Text(record.CreatedAt)), ("$pid", pid), ("$started", ProcessStamp.Of(pid)));
        insert.Transaction = transaction;
        long id = (long)insert.ExecuteScalar()!;
        record = record with { Id = id, Directory = DirectoryOf(id) };

        // Before the commit: a run that is acknowledged has a place for its console.
        Directory.CreateDirectory(record.Directory);
        transaction.Commit();
        return record;
    }

    private int Update(RunRecord run)
    {
        using SqliteCommand update = Command(
            """
            UPDATE run SET name = $name, machine = $machine, image = $image, state = $state, verdict = $verdict, exit_code = $exit, reason = $reason,
                started_at = $began, ended_at = $ended, attempt = $attempt, tests_passed = $passed, tests_failed = $failed, tests_skipped = $skipped,
                owner_started = CASE WHEN owner_pid = $pid THEN owner_started ELSE $stamp END, owner_pid = $pid
            WHERE id = $id
            """,
            ("$name", run.Name), ("$machine", run.Machine), ("$image", run.Image), ("$state", run.State.ToString()),
            ("$verdict", run.Verdict?.ToString()), ("$exit", run.ExitCode), ("$reason", run.Reason),
            ("$began", run.StartedAt is { } began ? Text(began) : null), ("$ended", run.EndedAt is { } ended ? Text(ended) : null),
            ("$attempt", run.Attempt), ("$passed", run.TestsPassed), ("$failed", run.TestsFailed), ("$skipped", run.TestsSkipped),
            ("$pid", run.OwnerPid), ("$stamp", ProcessStamp.Of(run.OwnerPid)), ("$id", run.Id));
        if (update.ExecuteNonQuery() == 0)
            throw new DeviceException("SLP5905", $"run {run.Id} is not in {_file} any more: somebody removed it or replaced the file; start the run again");

        // Only now: preparing JSON takes 40 ms in a fresh process, which the way to power-on does not have.
        if (run.IsOver) new RunFiles(DirectoryOf(run.Id)).WriteRecord(run);
        return 0;
    }

    private List<RunRecord> List(RunFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Limit, 1);
        var conditions = new StringBuilder();
        var values = new List<(string, object?)> { ("$limit", filter.Limit) };
        foreach ((string column, object? value) in (ReadOnlySpan<(string, object?)>)
            [("lab", filter.Lab), ("machine", filter.Machine), ("name", filter.Name), ("verdict", filter.Verdict?.ToString())])
        {
            if (value is null) continue;
            conditions.Append(conditions.Length == 0 ? "WHERE " : " AND ").Append(column).Append(" = $").Append(column);
            values.Add(($"${column}", value));
        }
        using SqliteCommand command = Command($"SELECT {Columns} FROM run {conditions} ORDER BY id DESC LIMIT $limit", [.. values]);
        return ReadAll(command);
    }

    /// <summary>Ends the runs whose process is gone as the lab's fault: nobody watched them, so nobody may call them passed.</summary>
    private int SettleOrphans()
    {
        List<RunRecord> orphans = [];
        using (SqliteCommand inFlight = Command($"SELECT {Columns}, owner_started FROM run WHERE state NOT IN ('Judged', 'Released')"))
        using (SqliteDataReader row = inFlight.ExecuteReader())
        {
            while (row.Read())
            {
                RunRecord run = ReadRow(row);
                if (!ProcessStamp.IsAlive(run.OwnerPid, row.GetString(row.FieldCount - 1))) orphans.Add(run);
            }
        }
        foreach (RunRecord orphan in orphans)
        {
            Directory.CreateDirectory(orphan.Directory);
            Update(orphan with
            {
                State = RunState.Judged,
                Verdict = Verdict.LabFault,
                ExitCode = LabFaultExitCode,
                Reason = $"{OwnerGone} (state {orphan.State.Word()}, process {orphan.OwnerPid})",
                EndedAt = _time.GetUtcNow(),
            });
        }
        return orphans.Count;
    }

    private List<RunRecord> ReadAll(SqliteCommand command)
    {
        var runs = new List<RunRecord>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) runs.Add(ReadRow(row));
        return runs;
    }

    /// <summary>Reads <see cref="Columns"/>, in their order.</summary>
    private RunRecord ReadRow(SqliteDataReader row)
    {
        long id = row.GetInt64(0);
        return new RunRecord
        {
            Id = id,
            Lab = row.GetString(1),
            Name = row.GetString(2),
            Machine = row.GetString(3),
            Image = row.GetString(4),
            State = Member<RunState>(row.GetString(5)),
            Verdict = row.IsDBNull(6) ? null : Member<Verdict>(row.GetString(6)),
            ExitCode = row.IsDBNull(7) ? null : row.GetInt32(7),
            Reason = row.GetString(8),
            CreatedAt = Time(row.GetString(9)),
            StartedAt = row.IsDBNull(10) ? null : Time(row.GetString(10)),
            EndedAt = row.IsDBNull(11) ? null : Time(row.GetString(11)),
            Attempt = row.GetInt32(12),
            TestsPassed = row.GetInt32(13),
            TestsFailed = row.GetInt32(14),
            TestsSkipped = row.GetInt32(15),
            OwnerPid = row.GetInt32(16),
            Directory = DirectoryOf(id),
        };
    }

    /// <summary>Computed, not stored: the state directory may be moved.</summary>
    private string DirectoryOf(long id) => Path.Combine(_runs, id.ToString(CultureInfo.InvariantCulture));

    private void Execute(string sql)
    {
        using SqliteCommand command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // The callers' texts are constants of this file; what users write travels as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private T Member<T>(string text) where T : struct, Enum =>
        Enum.TryParse(text, out T member)
            ? member
            : throw new DeviceException("SLP5904", $"the run database {_file} holds the {typeof(T).Name} '{text}', which this slipway does not know: a newer slipway wrote it; use that one");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
