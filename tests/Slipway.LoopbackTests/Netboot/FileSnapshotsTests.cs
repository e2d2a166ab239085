using System.Security.Cryptography;
using Slipway.Netboot;
using Slipway.Netboot.Snapshots;

namespace Slipway.LoopbackTests.Netboot;

public sealed class FileSnapshotsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-test-");
    private readonly FileSnapshots _snapshots = new(new FileSnapshotsOptions { ChangingDeadline = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);

    public void Dispose()
    {
        _snapshots.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void A_snapshot_keeps_the_bytes_it_was_taken_of()
    {
        string path = Write("kernel", 1, 700_000);

        using BootContent first = _snapshots.Take(path);
        Write("kernel", 2, 700_000);
        using BootContent second = _snapshots.Take(path);

        Assert.All(ReadAll(first), b => Assert.Equal(1, b));
        Assert.All(ReadAll(second), b => Assert.Equal(2, b));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(ReadAll(first))), first.Sha256);
        Assert.NotNull(first.Handle);
    }

    [Fact]
    public void Machines_that_ask_at_once_share_one_copy()
    {
        string path = Write("kernel", 1, 2_000_000);

        var contents = new BootContent[8];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => contents[i] = _snapshots.Take(path));

        Assert.Equal(1, _snapshots.CopiesMade);
        foreach (BootContent content in contents) content.Dispose();
        using BootContent later = _snapshots.Take(path);
        Assert.Equal(1, _snapshots.CopiesMade);
        Assert.Equal(2_000_000, later.Length);
    }

    [Fact]
    public void Unused_snapshots_are_bounded()
    {
        using var small = new FileSnapshots(new FileSnapshotsOptions { MaxUnusedBytes = 1500 }, TimeProvider.System);
        string a = Write("a", 1, 1000), b = Write("b", 2, 1000);

        small.Take(a).Dispose();
        small.Take(b).Dispose();
        small.Take(b).Dispose();
        Assert.Equal(2, small.CopiesMade);

        small.Take(a).Dispose();
        Assert.Equal(3, small.CopiesMade);
    }

    [Fact]
    public void A_file_larger_than_memory_allows_is_copied_to_disk()
    {
        using var frugal = new FileSnapshots(new FileSnapshotsOptions { MaxMemoryBytes = 10 }, TimeProvider.System);

        using BootContent content = frugal.Take(Write("big", 7, 300_000));

        Assert.All(ReadAll(content), b => Assert.Equal(7, b));
    }

    [Fact]
    public void A_file_that_somebody_writes_to_is_waited_for_and_then_refused()
    {
        string path = Write("kernel", 1, 1000);
        using FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        SnapshotException e = Assert.Throws<SnapshotException>(() => _snapshots.Take(path));

        Assert.Equal(SnapshotFailure.Changing, e.Failure);
        Assert.Contains("open for writing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rebuild_in_place_never_yields_a_mixture()
    {
        using var patient = new FileSnapshots(new FileSnapshotsOptions { ChangingDeadline = TimeSpan.FromSeconds(30) }, TimeProvider.System);
        string path = Write("kernel", 0, 1_000_000);
        using var stop = new CancellationTokenSource();
        var builder = new Thread(() =>
        {
            for (byte version = 1; !stop.IsCancellationRequested; version++)
            {
                // In two halves, as a linker does, with the file closed in between as a careless script does.
                Write("kernel", version, 500_000);
                using (var second = new FileStream(path, FileMode.Append)) second.Write(Enumerable.Repeat(version, 500_000).ToArray());
                stop.Token.WaitHandle.WaitOne(60);
            }
        });
        builder.Start();

        for (int i = 0; i < 8; i++)
        {
            using BootContent content = patient.Take(path);
            byte[] bytes = ReadAll(content);
            Assert.Single(bytes.Distinct());
        }
        stop.Cancel();
        builder.Join();
    }

    [Fact]
    public void What_cannot_be_taken_says_why()
    {
        Assert.Equal(SnapshotFailure.NotFound, Assert.Throws<SnapshotException>(() => _snapshots.Take(Path.Combine(_directory.FullName, "no"))).Failure);
        Assert.Equal(SnapshotFailure.IsDirectory, Assert.Throws<SnapshotException>(() => _snapshots.Take(_directory.FullName)).Failure);
        Assert.Equal(SnapshotFailure.Unreadable, Assert.Throws<SnapshotException>(() => _snapshots.Take("/dev/null")).Failure);
    }

    [Fact]
    public void A_served_directory_is_a_jail()
    {
        Write("outside", 1, 10);
        string root = Directory.CreateDirectory(Path.Combine(_directory.FullName, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "pxelinux.cfg"));
        File.WriteAllText(Path.Combine(root, "pxelinux.cfg", "default"), "DEFAULT linux");
        File.CreateSymbolicLink(Path.Combine(root, "inside"), "pxelinux.cfg/default");
        File.CreateSymbolicLink(Path.Combine(root, "escape"), "../outside");
        File.CreateSymbolicLink(Path.Combine(root, "way"), "..");
        var served = new ServedDirectory(root, _snapshots);

        Assert.Equal(13, Assert.IsType<FileAnswer.Send>(served.Open("inside")).Content.Length);
        Assert.Contains("symlink", Refusal("escape").Reason, StringComparison.Ordinal);
        Assert.Contains("symlink", Refusal("way/outside").Reason, StringComparison.Ordinal);
        Assert.Equal("way/Outside leads to nothing that is served", Refusal("way/Outside").Reason);
        Assert.Equal("Pxelinux.cfg/default does not exist; pxelinux.cfg exists; names are case-sensitive", Refusal("Pxelinux.cfg/default").Reason);
        Assert.Equal("pxelinux.cfg/Default does not exist; pxelinux.cfg/default exists; names are case-sensitive", Refusal("pxelinux.cfg/Default").Reason);
        Assert.True(Refusal("pxelinux.cfg/01-52").Expected);
        Assert.Equal("pxelinux.cfg is a directory", Refusal("pxelinux.cfg").Reason);

        FileAnswer.Refuse Refusal(string name) => Assert.IsType<FileAnswer.Refuse>(served.Open(name));
    }

    private string Write(string name, byte value, int length)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllBytes(path, Enumerable.Repeat(value, length).ToArray());
        return path;
    }

    private static byte[] ReadAll(BootContent content)
    {
        byte[] bytes = new byte[content.Length];
        Assert.Equal(bytes.Length, content.Read(0, bytes));
        return bytes;
    }
}
