using Slipway.Lab.Consoles;

namespace Slipway.Tests.Lab.Consoles;

/// <summary>The journal is a file by nature: these tests use a directory of their own.</summary>
public sealed class ConsoleJournalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-journal").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Every_reader_gets_every_byte_at_its_own_pace()
    {
        await using ConsoleJournal journal = ConsoleJournal.Create(_directory, TimeProvider.System);
        byte[] all = new byte[300_000];
        new Random(1).NextBytes(all);
        Task<byte[]>[] readers = [ReadAllAsync(journal, 1), ReadAllAsync(journal, 777), ReadAllAsync(journal, 64 * 1024)];

        for (int at = 0; at < all.Length; at += 1000) journal.Append(all.AsSpan(at, Math.Min(1000, all.Length - at)));
        journal.Close();

        foreach (byte[] read in await Task.WhenAll(readers)) Assert.Equal(all, read);
        Assert.Equal(all, await File.ReadAllBytesAsync(Path.Combine(_directory, "console.raw")));
    }

    [Fact]
    public async Task A_reader_at_the_end_waits_and_is_told_of_the_close()
    {
        await using ConsoleJournal journal = ConsoleJournal.Create(_directory, TimeProvider.System);
        ValueTask<int> waiting = journal.ReadAsync(0, new byte[10], CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        journal.Close();

        Assert.Equal(0, await waiting);
    }

    [Fact]
    public async Task What_was_recorded_can_be_read_after_the_close()
    {
        ConsoleJournal journal = ConsoleJournal.Create(_directory, TimeProvider.System);
        journal.Append("hello"u8);
        await journal.DisposeAsync();

        Assert.Equal("hello"u8.ToArray(), await ReadAllAsync(journal, 3));
    }

    [Fact]
    public async Task Each_append_has_its_time()
    {
        await using ConsoleJournal journal = ConsoleJournal.Create(_directory, TimeProvider.System);
        journal.Append("first"u8);
        TimeSpan first = journal.TimeAt(0);
        journal.Append("second"u8);

        Assert.Equal(first, journal.TimeAt(4));
        Assert.True(journal.TimeAt(5) >= first);
        Assert.Equal(2 * 24, new FileInfo(Path.Combine(_directory, "console.index")).Length);
    }

    private static async Task<byte[]> ReadAllAsync(ConsoleJournal journal, int bufferBytes)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[bufferBytes];
        for (int read; (read = await journal.ReadAsync(all.Count, buffer, CancellationToken.None)) > 0;) all.AddRange(buffer[..read]);
        return [.. all];
    }
}
