using System.Buffers;
using System.ComponentModel;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.Snapshots;

/// <summary>Takes consistent copies of files, so that a kernel rebuilt during a transfer never reaches a machine half old and half new. Thread-safe.</summary>
/// <remarks>
/// <code>
///   stat, open, fstat ── writer? ──► copy + SHA-256 ── writer? ── fstat, stat: all the same? ──► snapshot
///        ▲                  │                             │                  │
///        └── wait a little ◄┴─────────────────────────────┴──────────────────┘   until the deadline: Changing
/// </code>
/// The kernel stamps files with the time of its last tick, so two writes within one tick look alike. Therefore a file is left alone
/// until its last change is a tick old: what happens to it afterwards shows.
/// </remarks>
public sealed class FileSnapshots : IDisposable
{
    private const int CopyBytes = 256 * 1024;

    /// <summary>Longest kernel tick (HZ=100), doubled.</summary>
    private static readonly TimeSpan TimestampGrain = TimeSpan.FromMilliseconds(20);

    private readonly FileSnapshotsOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Snapshot> _latest = [];
    private readonly Dictionary<string, (Lock Lock, int Waiting)> _copying = [];
    private readonly HashSet<Snapshot> _unused = [];
    private readonly ITimer _sweep;
    private bool _disposed;

    public FileSnapshots(FileSnapshotsOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, options.KeepUnused, options.KeepUnused);
    }

    /// <summary>Copies made since the start; tests and the curious compare it with the files served.</summary>
    public long CopiesMade { get; private set; }

    /// <summary>The file as it is now. Waits while somebody writes to it, up to <see cref="FileSnapshotsOptions.ChangingDeadline"/>. The caller disposes the content.</summary>
    /// <exception cref="SnapshotException">It cannot be had; says why.</exception>
    public BootContent Take(string path)
    {
        path = Path.GetFullPath(path);
        if (Shared(path, Look(path)) is { } shared) return shared;

        // One copy for eight machines that ask at once: the others wait here and then find it.
        Lock mine = Enter(path);
        try
        {
            lock (mine) return Shared(path, Look(path)) ?? CopyWhenStill(path);
        }
        finally
        {
            Leave(path);
        }
    }

    /// <summary>Forgets every snapshot; those in use live until their users dispose them.</summary>
    public void Dispose()
    {
        _sweep.Dispose();
        lock (_gate)
        {
            _disposed = true;
            foreach (Snapshot snapshot in _latest.Values) snapshot.IsStale = true;
            _latest.Clear();
            foreach (Snapshot snapshot in _unused) snapshot.Dispose();
            _unused.Clear();
        }
    }

    private SnapshotContent? Shared(string path, FileIdentity now)
    {
        lock (_gate)
        {
            if (!_latest.TryGetValue(path, out Snapshot? known)) return null;
            if (known.Identity == now) return Use(known);
            Forget(path, known);
            return null;
        }
    }

    private SnapshotContent CopyWhenStill(string path)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            string trouble;
            FileIdentity before = Look(path);
            using (SafeFileHandle file = Open(path))
            {
                if (!IsStill(path, file, before, out trouble))
                {
                }
                else if (Copy(path, file, before) is not { } copy)
                {
                    trouble = "it became shorter while it was read";
                }
                else if (!IsStill(path, file, before, out trouble))
                {
                    copy.Dispose();
                }
                else
                {
                    lock (_gate)
                    {
                        CopiesMade++;
                        if (!_disposed) _latest[path] = copy;
                        copy.IsStale = _disposed;
                        return Use(copy);
                    }
                }
            }
            if (_time.GetElapsedTime(began) >= _options.ChangingDeadline)
            {
                throw new SnapshotException(
                    SnapshotFailure.Changing, path,
                    $"{path} kept changing for {_options.ChangingDeadline.TotalSeconds:0.#} s ({trouble}): wait for the build to end, or write to another name and rename it when it is whole",
                    null);
            }
            Task.Delay(_options.LookInterval, _time).GetAwaiter().GetResult();
        }
    }

    private bool IsStill(string path, SafeFileHandle file, FileIdentity before, out string trouble)
    {
        trouble = "";
        if (LinuxFile.HasWriter(file)) trouble = "a program has it open for writing";
        else if (LinuxFile.Identify(file) != before || Look(path) != before) trouble = "its size, time or place changed";
        else if ((_time.GetUtcNow() - before.Changed.Moment).Duration() < TimestampGrain) trouble = "it was written this moment";
        return trouble.Length == 0;
    }

    /// <returns>Null when the file ended early.</returns>
    private Snapshot? Copy(string path, SafeFileHandle file, FileIdentity identity)
    {
        SafeFileHandle target = CreateTarget(identity.Size);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long offset = 0; offset < identity.Size;)
            {
                int length = RandomAccess.Read(file, buffer, offset);
                if (length == 0)
                {
                    target.Dispose();
                    return null;
                }
                hash.AppendData(buffer, 0, length);
                RandomAccess.Write(target, buffer.AsSpan(0, length), offset);
                offset += length;
            }
            return new Snapshot(identity, target, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            target.Dispose();
            throw new SnapshotException(SnapshotFailure.Unreadable, path, $"{path} cannot be read: {e.Message}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SafeFileHandle CreateTarget(long size)
    {
        if (size <= _options.MaxMemoryBytes) return LinuxFile.CreateInMemory();
        string name = Path.Combine(Path.GetTempPath(), $"slipway-snapshot-{Guid.NewGuid():n}");
        SafeFileHandle target = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        File.Delete(name); // the name goes at once, so nothing is left behind however we end
        return target;
    }

    private static FileIdentity Look(string path)
    {
        int error = LinuxFile.TryIdentify(path, out FileIdentity identity);
        if (error != 0) throw Failure(path, error, null);
        return identity.Type switch
        {
            FileType.Regular => identity,
            FileType.Directory => throw new SnapshotException(
                SnapshotFailure.IsDirectory, path, $"{path} is a directory: name a file in it", null),
            _ => throw new SnapshotException(
                SnapshotFailure.Unreadable, path, $"{path} is neither a file nor a directory but a device, pipe or socket: name a plain file", null),
        };
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return LinuxFile.Open(path);
        }
        catch (Win32Exception e)
        {
            throw Failure(path, e.NativeErrorCode, e);
        }
    }

    private static SnapshotException Failure(string path, int error, Exception? inner) => error switch
    {
        LinuxFile.NoSuchFile or LinuxFile.NotADirectory => new SnapshotException(
            SnapshotFailure.NotFound, path, $"{path} does not exist: is it built, and is the path in the lab file right?", inner),
        LinuxFile.PermissionDenied => new SnapshotException(
            SnapshotFailure.Unreadable, path, $"{path} may not be read by user {Environment.UserName}: check its mode and those of its directories", inner),
        _ => new SnapshotException(SnapshotFailure.Unreadable, path, $"{path} cannot be read: {new Win32Exception(error).Message}", inner),
    };

    private Lock Enter(string path)
    {
        lock (_gate)
        {
            (Lock Lock, int Waiting) entry = _copying.TryGetValue(path, out var known) ? known : (new Lock(), 0);
            _copying[path] = (entry.Lock, entry.Waiting + 1);
            return entry.Lock;
        }
    }

    private void Leave(string path)
    {
        lock (_gate)
        {
            (Lock entry, int waiting) = _copying[path];
            if (waiting == 1) _copying.Remove(path);
            else _copying[path] = (entry, waiting - 1);
        }
    }

    // The rest is called under _gate.

    private SnapshotContent Use(Snapshot snapshot)
    {
        snapshot.Users++;
        _unused.Remove(snapshot);
        return new SnapshotContent(this, snapshot);
    }

    private void Forget(string path, Snapshot snapshot)
    {
        _latest.Remove(path);
        snapshot.IsStale = true;
        if (_unused.Remove(snapshot)) snapshot.Dispose();
    }

    internal void Release(Snapshot snapshot)
    {
        lock (_gate)
        {
            if (--snapshot.Users > 0) return;
            if (snapshot.IsStale)
            {
                snapshot.Dispose();
                return;
            }
            snapshot.UnusedSince = _time.GetTimestamp();
            _unused.Add(snapshot);
            long bytes = _unused.Sum(s => s.Identity.Size);
            foreach (Snapshot oldest in _unused.OrderBy(s => s.UnusedSince).ToArray())
            {
                if (bytes <= _options.MaxUnusedBytes) break;
                bytes -= oldest.Identity.Size;
                ForgetUnused(oldest);
            }
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            foreach (Snapshot snapshot in _unused.ToArray())
                if (_time.GetElapsedTime(snapshot.UnusedSince) >= _options.KeepUnused) ForgetUnused(snapshot);
        }
    }

    private void ForgetUnused(Snapshot snapshot)
    {
        string path = _latest.First(entry => entry.Value == snapshot).Key;
        Forget(path, snapshot);
    }
}
