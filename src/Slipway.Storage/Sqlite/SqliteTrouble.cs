using Microsoft.Data.Sqlite;
using Slipway.Lab;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>SQLite's result codes as messages somebody can act on.</summary>
internal static class SqliteTrouble
{
    public static DeviceException Explain(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new DeviceException("SLP5902",
            $"the run database {file} is damaged ({e.Message}); move it away together with its -wal and -shm files, a new one is then made. The runs' own directories beside it are not touched", e),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new DeviceException("SLP5908",
            $"the run database {file} is held by another program; find it with 'fuser {file}'", e),
        raw.SQLITE_FULL => new DeviceException("SLP5909", $"the disk of the run database {file} is full; free some space", e),
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => new DeviceException("SLP5903",
            $"cannot keep runs in {file} ({e.Message}); give the right to write there, or set SLIPWAY_STATE_DIR to another directory", e),
        _ => new DeviceException("SLP5910", $"the run database {file} cannot be used ({e.Message}); look at the disk it is on", e),
    };
}
