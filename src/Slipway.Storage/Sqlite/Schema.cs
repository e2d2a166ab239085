using Microsoft.Data.Sqlite;
using Slipway.Lab;

namespace Slipway.Storage.Sqlite;

/// <summary>The tables, as steps from one version to the next. A step that was released is never edited: a new one is added.</summary>
internal static class Schema
{
    /// <summary>Step n brings a database from version n to n + 1; <c>user_version</c> holds the version.</summary>
    /// <remarks>Times are ISO 8601 in UTC and states are words, so that the sqlite3 shell shows what is meant.
    /// AUTOINCREMENT: a run's number is never given twice, even after the newest run was deleted.</remarks>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE run (
            id             INTEGER PRIMARY KEY AUTOINCREMENT,
            lab            TEXT NOT NULL,
            name           TEXT NOT NULL,
            machine        TEXT NOT NULL,
            image          TEXT NOT NULL,
            state          TEXT NOT NULL,
            verdict        TEXT,
            exit_code      INTEGER,
            reason         TEXT NOT NULL DEFAULT '',
            created_at     TEXT NOT NULL,
            started_at     TEXT,
            ended_at       TEXT,
            attempt        INTEGER NOT NULL DEFAULT 1,
            tests_passed   INTEGER NOT NULL DEFAULT 0,
            tests_failed   INTEGER NOT NULL DEFAULT 0,
            tests_skipped  INTEGER NOT NULL DEFAULT 0,
            owner_pid      INTEGER NOT NULL,
            owner_started  TEXT NOT NULL
        );
        CREATE INDEX run_by_machine ON run (machine, id);
        CREATE INDEX run_in_flight ON run (id) WHERE state NOT IN ('Judged', 'Released');
        """,
    ];

    /// <summary>Brings the database to the newest version; two processes that do so at once are put in order by the write lock.</summary>
    public static void Migrate(SqliteConnection connection, string file)
    {
        if (Version(connection, null) == Steps.Length) return;

        // The mode is kept in the file; it cannot be changed inside a transaction.
        Execute(connection, null, "PRAGMA journal_mode = WAL");
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        int version = Version(connection, transaction);
        if (version > Steps.Length)
        {
            throw new DeviceException("SLP5904",
                $"the run database {file} has schema version {version}, this slipway knows {Steps.Length}: it was made by a newer slipway; use that one, or set SLIPWAY_STATE_DIR to another directory");
        }
        for (; version < Steps.Length; version++) Execute(connection, transaction, Steps[version]);
        Execute(connection, transaction, $"PRAGMA user_version = {Steps.Length}");
        transaction.Commit();
    }

    private static int Version(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt32(command.ExecuteScalar());
    }

#pragma warning disable CA2100 // Every text given here is a constant of this file.
    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100
}
