using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Slipway.Netboot;
using Slipway.Netboot.Tftp;
using Slipway.Sim.Pxe;

namespace Slipway.LoopbackTests.Netboot;

public sealed class TftpLoopbackTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly Channel<NetbootFact> _facts = Channel.CreateUnbounded<NetbootFact>();
    private readonly FakeAuthority _authority = new();
    private readonly TftpServer _server;

    public TftpLoopbackTests()
    {
        var options = new TftpServerOptions
        {
            Address = IPAddress.Any, Port = 0, FirstTimeout = TimeSpan.FromMilliseconds(60),
            LongestTimeout = TimeSpan.FromMilliseconds(200), MaxAttempts = 8, MaxTransfers = 64,
        };
        _server = new TftpServer(options, _authority, _facts.Writer, TimeProvider.System);
        _server.Start();
    }

    public void Dispose() => _server.DisposeAsync().AsTask().Wait();

    [Fact]
    public async Task A_file_arrives_with_every_option_a_firmware_asks_for()
    {
        byte[] file = Noise(300_000, 1);
        _authority.With("boot/kernel", file);

        SimTftpResult result = Client().Get(new SimTftpRequest("/boot/kernel") { AskSize = true, BlockSize = 1468, WindowSize = 4, TimeoutSeconds = 1 });

        Assert.Equal(file, result.Bytes);
        Assert.Equal("300000 1468 4 1", $"{result.Options["tsize"]} {result.Options["blksize"]} {result.Options["windowsize"]} {result.Options["timeout"]}");
        var done = await Next<FileTransferred>();
        Assert.Equal((300_000L, 0, "label of boot/kernel"), (done.Bytes, done.Retries, done.Label));
        Assert.Equal("tsize blksize=1468 windowsize=4 timeout=1", done.Options);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)), done.Sha256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(8192)]
    public void A_file_of_any_length_ends_with_a_short_block(int length)
    {
        byte[] file = Noise(length, 2);
        _authority.With("f", file);

        Assert.Equal(file, Client().Get(new SimTftpRequest("f")).Bytes);
        Assert.Equal(file, Client().Get(new SimTftpRequest("f") { WindowSize = 16 }).Bytes);
    }

    [Theory]
    [InlineData(1, 11)]
    [InlineData(4, 12)]
    [InlineData(16, 13)]
    [InlineData(64, 14)]
    public void A_bad_cable_delays_a_file_and_does_not_change_it(int window, int seed)
    {
        byte[] file = Noise(60_000, seed);
        _authority.With("f", file);
        var link = new SimLink { Loss = 0.05, Duplication = 0.05, Reordering = 0.05, Seed = seed };

        SimTftpResult result = Client(link).Get(new SimTftpRequest("f") { BlockSize = 1024, WindowSize = window, AskSize = true });

        Assert.True(file.AsSpan().SequenceEqual(result.Bytes), $"seed {seed}");
    }

    [Fact]
    public async Task Sixty_four_machines_are_served_at_once()
    {
        byte[] file = Noise(200_000, 3);
        _authority.With("f", file);

        var results = new byte[64][];
        Thread[] machines = [.. Enumerable.Range(0, 64).Select(i => new Thread(() =>
            results[i] = Client().Get(new SimTftpRequest("f") { BlockSize = 1408, WindowSize = i % 2 == 0 ? null : 8 }).Bytes!))];
        foreach (Thread machine in machines) machine.Start();
        foreach (Thread machine in machines) machine.Join();

        Assert.All(results, r => Assert.Equal(file, r));
        for (int i = 0; i < 64; i++) await Next<FileTransferred>();
    }

    [Fact]
    public async Task A_request_for_the_size_only_is_no_failure()
    {
        _authority.With("f", Noise(5000, 4));

        SimTftpResult result = Client().Get(new SimTftpRequest("f") { SizeOnly = true, BlockSize = 1468 });

        Assert.Equal("5000", result.Options["tsize"]);
        var end = await Next<FileNotSent>();
        Assert.True(end.Expected);
        Assert.Contains("User aborted the transfer", end.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing/here", "1 no such file")]
    [InlineData("", "1 the file name is empty")]
    [InlineData("dtb/", "1 'dtb/' is a directory")]
    [InlineData("../etc/passwd", "2 '../etc/passwd' is no name of a file in the served tree")]
    public async Task What_is_not_served_is_refused_at_once(string name, string error)
    {
        Assert.Equal(error, Client().Get(new SimTftpRequest(name)).Error);
        await Next<FileNotSent>();
    }

    [Fact]
    public void A_mode_from_another_century_is_refused() =>
        Assert.Equal("4 unreadable request: UnknownMode", Client().Get(new SimTftpRequest("f") { Mode = "mail" }).Error);

    [Fact]
    public void Nothing_may_be_written()
    {
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        raw.SendTo("\0\u0002f\0octet\0"u8, ServerEndPoint);

        byte[] answer = new byte[200];
        raw.Receive(answer);

        Assert.Equal([0, 5, 0, 2], answer[..4]);
    }

    [Fact]
    public async Task A_missing_last_acknowledgement_is_forgiven_when_the_machine_asks_on()
    {
        byte[] file = Noise(3000, 5);
        _authority.With("first", file).With("second", file);
        using SimTftpClient client = Client();

        client.Get(new SimTftpRequest("first") { SkipLastAcknowledgement = true });
        Client().Get(new SimTftpRequest("second"));

        string[] done = [(await Next<FileTransferred>()).Request.Name, (await Next<FileTransferred>()).Request.Name];
        Assert.Contains("first", done);
    }

    [Fact]
    public async Task A_missing_last_acknowledgement_is_told_when_the_machine_falls_silent()
    {
        _authority.With("f", Noise(3000, 6));

        Client().Get(new SimTftpRequest("f") { SkipLastAcknowledgement = true });

        var end = await Next<FileNotSent>();
        Assert.Equal(("last block never acknowledged", true), (end.Reason, end.Expected));
    }

    [Fact]
    public void A_packet_from_a_wrong_port_gets_error_5_and_the_transfer_goes_on()
    {
        byte[] file = Noise(3000, 7);
        _authority.With("f", file);
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        byte[] packet = new byte[600];
        EndPoint transfer = new IPEndPoint(IPAddress.Any, 0);
        raw.ReceiveFrom(packet, ref transfer);

        byte[] error = new byte[600];
        stranger.SendTo(new byte[] { 0, 4, 0, 1 }, transfer);
        stranger.Receive(error);
        raw.SendTo(new byte[] { 0, 4, 0, 1 }, transfer);
        do raw.ReceiveFrom(packet, ref transfer);
        while (packet[3] != 2);

        Assert.Equal([0, 5, 0, 5], error[..4]);
        Assert.Equal(file[512..1024], packet[4..516]);
    }

    [Fact]
    public void A_repeated_request_is_the_same_transfer()
    {
        _authority.With("f", Noise(3000, 8));
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        byte[] packet = new byte[600];
        EndPoint first = new IPEndPoint(IPAddress.Any, 0), second = new IPEndPoint(IPAddress.Any, 0);

        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        raw.ReceiveFrom(packet, ref first);
        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        raw.ReceiveFrom(packet, ref second);

        Assert.Equal(first, second);
        Assert.Equal(1, _server.Transfers);
    }

    [Fact]
    public async Task A_machine_that_was_reset_in_the_middle_starts_over_from_its_old_port()
    {
        _authority.With("f", Noise(3000, 8));
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        byte[] packet = new byte[600];
        EndPoint old = new IPEndPoint(IPAddress.Any, 0), now = new IPEndPoint(IPAddress.Any, 0);
        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        raw.ReceiveFrom(packet, ref old);
        raw.SendTo(new byte[] { 0, 4, 0, 1 }, old);
        for (int resends = 0; resends < 3; resends++) raw.ReceiveFrom(packet, ref old); // longer than the first time-out

        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        do
        {
            raw.ReceiveFrom(packet, ref now);
            Assert.Equal(3, packet[1]); // an ERROR of the old transfer would be taken for the answer
        }
        while (now.Equals(old));

        Assert.Equal([0, 3, 0, 1], packet[..4]);
        Assert.Equal("the client started over", (await Next<FileNotSent>()).Reason);
    }

    [Fact]
    public void Answers_come_from_the_address_that_was_asked()
    {
        _authority.With("f", [1]);
        var asked = new IPEndPoint(IPAddress.Parse("127.0.0.77"), _server.Port);
        using var client = new SimTftpClient(asked, SimLink.Perfect, Patience);

        Assert.Equal(asked.Address, client.Get(new SimTftpRequest("f")).Server!.Address);
    }

    [Fact]
    public void Netascii_gets_the_line_ends_of_netascii()
    {
        _authority.With("text", "a\nb\r\nc"u8.ToArray());

        byte[]? bytes = Client().Get(new SimTftpRequest("text") { Mode = "NetASCII" }).Bytes;

        Assert.Equal("a\r\nb\r\0\r\nc"u8.ToArray(), bytes);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_a_remedy()
    {
        var options = new TftpServerOptions { Address = IPAddress.Any, Port = _server.Port };
        await using var second = new TftpServer(options, _authority, _facts.Writer, TimeProvider.System);

        NetbootException e = Assert.Throws<NetbootException>(second.Start);

        Assert.Contains($"0.0.0.0:{_server.Port}", e.Message, StringComparison.Ordinal);
        Assert.Contains("ss -lnp", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_named_interface_is_answered_and_a_wrong_one_is_told()
    {
        _authority.With("f", [1, 2, 3]);
        await using var onLoopback = new TftpServer(
            new TftpServerOptions { Address = IPAddress.Any, Port = 0, Interface = "lo" }, _authority, _facts.Writer, TimeProvider.System);
        await using var nowhere = new TftpServer(
            new TftpServerOptions { Address = IPAddress.Any, Port = 0, Interface = "nosuch0" }, _authority, _facts.Writer, TimeProvider.System);

        onLoopback.Start();
        using var client = new SimTftpClient(new IPEndPoint(IPAddress.Loopback, onLoopback.Port), SimLink.Perfect, Patience);
        Assert.Equal([1, 2, 3], client.Get(new SimTftpRequest("f")).Bytes);

        Assert.Contains("nosuch0", Assert.Throws<NetbootException>(nowhere.Start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_transfers_and_threads()
    {
        _authority.With("f", Noise(3000, 9));
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        raw.SendTo("\0\u0001f\0octet\0"u8, ServerEndPoint);
        raw.Receive(new byte[600]);

        await _server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("the server stops", (await Next<FileNotSent>()).Reason);
    }

    private IPEndPoint ServerEndPoint => new(IPAddress.Loopback, _server.Port);

    private SimTftpClient Client(SimLink? link = null) => new(ServerEndPoint, link ?? SimLink.Perfect, Patience);

    private async Task<T> Next<T>()
        where T : NetbootFact
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await _facts.Reader.ReadAsync(deadline.Token) is T fact) return fact;
    }

    [SuppressMessage("Security", "CA5394", Justification = "The noise must be the same for the same seed.")]
    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
