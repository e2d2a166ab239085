using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Slipway.Lab.Runs;

namespace Slipway.Lab.Consoles;

/// <summary>The append-only record of a console: every byte at its offset, with the time it came. One recorder appends, any number of readers pull at their own pace.</summary>
/// <remarks>
/// Nothing is kept in memory but the end: a reader that is behind reads the file. Each append goes to the operating system before it returns, so that
/// the end of this process loses nothing. Beside <c>console.raw</c> lies <c>console.index</c>, 24 bytes an append, little-endian:
/// offset of its first byte (8), microseconds since the journal began (8), Unix time in microseconds (8).
/// </remarks>
public sealed class ConsoleJournal : IAsyncDisposable
{
    private const int IndexEntryBytes = 24;

    private readonly SafeFileHandle _bytes;
    private readonly SafeFileHandle _index;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Lock _gate = new();
    private readonly byte[] _entry = new byte[IndexEntryBytes];
    private long _length;
    private long _entries;
    private bool _isClosed;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ConsoleJournal(SafeFileHandle bytes, SafeFileHandle index, TimeProvider time)
    {
        _bytes = bytes;
        _index = index;
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Bytes recorded so far.</summary>
    public long Length
    {
        get { lock (_gate) return _length; }
    }

    /// <summary>Makes an empty journal in a directory; one that was there is replaced.</summary>
    /// <exception cref="DeviceException">The disk is full or the directory may not be written.</exception>
    public static ConsoleJournal Create(string directory, TimeProvider time)
    {
        try
        {
            SafeFileHandle bytes = File.OpenHandle(Path.Combine(directory, RunDirectory.Console), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            SafeFileHandle index = File.OpenHandle(Path.Combine(directory, RunDirectory.ConsoleIndex), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return new ConsoleJournal(bytes, index, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException("SLP4101", $"the console cannot be recorded in {directory}: {e.Message}; free space or give the right to write there", e);
        }
    }

    /// <summary>Appends what the console said; called by its one recorder.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        TaskCompletionSource grown;
        lock (_gate)
        {
            if (_isClosed) return;
            RandomAccess.Write(_bytes, bytes, _length);
            BinaryPrimitives.WriteInt64LittleEndian(_entry, _length);
            BinaryPrimitives.WriteInt64LittleEndian(_entry.AsSpan(8), (long)_time.GetElapsedTime(_start).TotalMicroseconds);
            BinaryPrimitives.WriteInt64LittleEndian(_entry.AsSpan(16), (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            RandomAccess.Write(_index, _entry, _entries * IndexEntryBytes);
            _length += bytes.Length;
            _entries++;
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
    }

    /// <summary>Reads from an offset, waiting for bytes that are not there yet. 0 = the journal is closed and there is no more.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                // Inside the gate, because closing closes the files.
                if (offset < _length && !_bytes.IsClosed) return RandomAccess.Read(_bytes, buffer.Span[..(int)Math.Min(buffer.Length, _length - offset)], offset);
                if (_isClosed) return 0;
                grown = _grown.Task;
            }
            await grown.WaitAsync(ct);
        }
    }

    /// <summary>When the byte at an offset came, since the journal began.</summary>
    public TimeSpan TimeAt(long offset)
    {
        Span<byte> entry = stackalloc byte[IndexEntryBytes];
        lock (_gate)
        {
            (long low, long high) = (0, _entries - 1);
            while (low < high)
            {
                long middle = low + (high - low + 1) / 2;
                RandomAccess.Read(_index, entry, middle * IndexEntryBytes);
                if (BinaryPrimitives.ReadInt64LittleEndian(entry) <= offset) low = middle;
                else high = middle - 1;
            }
            if (_entries == 0) return TimeSpan.Zero;
            RandomAccess.Read(_index, entry, low * IndexEntryBytes);
            return TimeSpan.FromMicroseconds(BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
        }
    }

    /// <summary>Ends the recording. Readers still get everything that was recorded, then 0.</summary>
    public void Close()
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            _isClosed = true;
            grown = _grown;
        }
        grown.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        Close();
        // The files stay open for readers that are behind; the last of them drops the object, and its handles close.
        return ValueTask.CompletedTask;
    }
}
