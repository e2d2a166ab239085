using System.Net;
using System.Threading.Channels;
using Slipway.Netboot;
using Slipway.Netboot.HttpBoot;
using Slipway.Netboot.Pxe;
using Slipway.Netboot.Snapshots;
using Slipway.Netboot.Tftp;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>A directory with a few files, served over TFTP and HTTP on free ports of the loopback.</summary>
public sealed class ServedFiles : IBootAuthority, IDisposable
{
    /// <summary>More than 65,535 blocks of 512 bytes, and not a multiple of it.</summary>
    public const int LargeBytes = 35_000_001;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-interop-");
    private readonly FileSnapshots _snapshots = new(new FileSnapshotsOptions(), TimeProvider.System);
    private readonly Channel<NetbootFact> _facts = Channel.CreateUnbounded<NetbootFact>();
    private readonly ServedDirectory _served;
    private readonly TftpServer _tftp;
    private readonly BootHttpServer _http;

    public ServedFiles()
    {
        string root = Directory.CreateDirectory(Path.Combine(_directory.FullName, "root")).FullName;
        var dice = new Random(1);
        foreach ((string name, int length) in new[] { ("large", LargeBytes), ("middle.efi", 1_234_567), ("even", 512 * 64), ("empty", 0) })
        {
            byte[] bytes = new byte[length];
            dice.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(root, name), bytes);
        }
        File.WriteAllText(Path.Combine(root, "text"), "one\ntwo\nthree\n");
        _served = new ServedDirectory(root, _snapshots);
        _tftp = new TftpServer(new TftpServerOptions { Address = IPAddress.Loopback, Port = 0 }, this, _facts.Writer, TimeProvider.System);
        _tftp.Start();
        _http = new BootHttpServer(new BootHttpServerOptions { Address = IPAddress.Loopback, Port = 0 }, this, _facts.Writer, TimeProvider.System);
        _http.Start();
    }

    public int TftpPort => _tftp.Port;

    public int HttpPort => _http.Port;

    public BootAnswer Answer(BootClient client) => new BootAnswer.Ignore("files only");

    public FileAnswer Open(FileRequest request) => _served.Open(request.Name);

    /// <summary>The original of a served file.</summary>
    public byte[] Original(string name) => File.ReadAllBytes(Path.Combine(_directory.FullName, "root", name));

    /// <summary>A path that no file has yet.</summary>
    public string NewPath() => Path.Combine(_directory.FullName, Guid.NewGuid().ToString("n"));

    /// <summary>The next fact of this kind.</summary>
    internal async Task<T> Next<T>()
        where T : NetbootFact
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
            if (await _facts.Reader.ReadAsync(deadline.Token) is T fact) return fact;
    }

    public void Dispose()
    {
        _tftp.DisposeAsync().AsTask().Wait();
        _http.DisposeAsync().AsTask().Wait();
        _snapshots.Dispose();
        _directory.Delete(recursive: true);
    }
}
