using System.Reflection;
using System.Runtime.InteropServices;
using Slipway.Lab;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>Binds the SQLite provider to the library of the distribution, which patches it; we ship none.</summary>
internal static class SystemSqlite
{
    private const string LibraryFile = "libsqlite3.so.0";

    /// <summary>The name the provider's <c>DllImport</c>s carry.</summary>
    private const string ProviderLibrary = "e_sqlite3";

    private static readonly Lock Gate = new();
    private static bool s_ready;

    /// <summary>Call before the first connection; cheap afterwards.</summary>
    /// <exception cref="DeviceException">The library is not installed.</exception>
    public static void Use()
    {
        lock (Gate)
        {
            if (s_ready) return;
            if (!NativeLibrary.TryLoad(LibraryFile, out nint library))
                throw new DeviceException("SLP5901", $"SQLite's library {LibraryFile} was not found on this computer; install it (Debian, Ubuntu: apt install libsqlite3-0)");

            NativeLibrary.SetDllImportResolver(
                typeof(SQLite3Provider_e_sqlite3).Assembly,
                (string name, Assembly _, DllImportSearchPath? _) => name == ProviderLibrary ? library : 0);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            raw.FreezeProvider();
            s_ready = true;
        }
    }
}
