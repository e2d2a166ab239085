using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Slipway.Netboot;
using Slipway.Netboot.HttpBoot;
using Slipway.Netboot.Snapshots;

namespace Slipway.LoopbackTests.Netboot;

public sealed class BootHttpLoopbackTests : IDisposable
{
    private readonly Channel<NetbootFact> _facts = Channel.CreateUnbounded<NetbootFact>();
    private readonly FakeAuthority _authority = new();
    private readonly FileSnapshots _snapshots = new(new FileSnapshotsOptions(), TimeProvider.System);
    private readonly string _path = Path.GetTempFileName();
    private readonly BootHttpServer _server;

    public BootHttpLoopbackTests()
    {
        var options = new BootHttpServerOptions { Address = IPAddress.Loopback, Port = 0, IdleTimeout = TimeSpan.FromSeconds(1), MaxConnections = 40 };
        _server = new BootHttpServer(options, _authority, _facts.Writer, TimeProvider.System);
        _server.Start();
    }

    public void Dispose()
    {
        _server.DisposeAsync().AsTask().Wait();
        _snapshots.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Two_requests_on_one_connection_get_two_answers()
    {
        _authority.With("a.efi", "first"u8.ToArray()).With("b", "second"u8.ToArray());

        string answer = Ask("GET /a.efi HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Contains("Content-Type: application/efi\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("first", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nsecond", answer, StringComparison.Ordinal);
        Assert.Equal(3, answer.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(2, answer.Split("Content-Length: 6\r\n").Length - 1);
    }

    [Theory]
    [InlineData("GET /f HTTP/1.0\r\nRange: bytes=2-4\r\n\r\n", "206 Partial Content", "bytes 2-4/10", "234")]
    [InlineData("GET /f HTTP/1.0\r\nRange: bytes=-2\r\n\r\n", "206 Partial Content", "bytes 8-9/10", "89")]
    [InlineData("GET /f HTTP/1.0\r\nRange: bytes=2-4\r\nIf-Range: \"old\"\r\n\r\n", "200 OK", "", "0123456789")]
    [InlineData("GET /f HTTP/1.0\r\nRange: bytes=10-\r\n\r\n", "416 Range Not Satisfiable", "bytes */10", "f has 10 bytes\n")]
    [InlineData("GET /no HTTP/1.0\r\n\r\n", "404 Not Found", "", "no such file\n")]
    [InlineData("GET /../x HTTP/1.0\r\n\r\n", "404 Not Found", "", "'/../x' is no name of a file in the served tree\n")]
    [InlineData("POST /f HTTP/1.0\r\n\r\n", "405 Method Not Allowed", "", "POST is not allowed here\n")]
    [InlineData("nonsense\r\n\r\n", "400 Bad Request", "", "BadRequestLine\n")]
    public void Each_request_gets_its_status(string request, string status, string range, string body)
    {
        _authority.With("f", "0123456789"u8.ToArray());

        string answer = Ask(request);

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\n{body}", answer, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {body.Length}\r\n", answer, StringComparison.Ordinal);
        if (range.Length > 0) Assert.Contains($"Content-Range: {range}\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_replaced_while_it_is_sent_arrives_as_it_was()
    {
        byte[] old = Enumerable.Repeat((byte)1, 30_000_000).ToArray();
        File.WriteAllBytes(_path, old);
        _authority.Files["kernel"] = () => new FileAnswer.Send(_snapshots.Take(_path));
        using var client = new TcpClient();
        client.ReceiveBufferSize = 8192;
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("GET /kernel HTTP/1.0\r\n\r\n"u8.ToArray());
        byte[] got = new byte[old.Length + 2000];
        int length = await stream.ReadAsync(got);

        File.WriteAllBytes(_path, Enumerable.Repeat((byte)2, 30_000_000).ToArray());
        for (int n; (n = await stream.ReadAsync(got.AsMemory(length))) > 0;) length += n;

        int head = got.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.True(got.AsSpan(head, length - head).SequenceEqual(old));
        FileTransferred done = await Next<FileTransferred>();
        Assert.Equal((30_000_000L, ""), (done.Bytes, done.Options));
    }

    [Fact]
    public async Task Slow_clients_hold_up_nobody_and_are_closed()
    {
        File.WriteAllBytes(_path, new byte[30_000_000]);
        _authority.Files["kernel"] = () => new FileAnswer.Send(_snapshots.Take(_path));
        _authority.With("f", "quick"u8.ToArray());
        TcpClient[] slow = [.. Enumerable.Range(0, 30).Select(_ => new TcpClient("127.0.0.1", _server.Port))];
        foreach (TcpClient client in slow) client.GetStream().Write("GET /kernel HTTP/1.0\r\n\r\n"u8);

        Assert.EndsWith("quick", Ask("GET /f HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);

        FileNotSent stalled = await Next<FileNotSent>();
        Assert.Equal("the client took nothing for 1 s", stalled.Reason);
        Assert.InRange(stalled.BytesSent, 1, 29_999_999);
        foreach (TcpClient client in slow) client.Dispose();
    }

    [Fact]
    public void Beyond_the_last_connection_clients_are_told()
    {
        TcpClient[] idle = [.. Enumerable.Range(0, 40).Select(_ => new TcpClient("127.0.0.1", _server.Port))];

        Assert.StartsWith("HTTP/1.1 503 ", Ask("GET /f HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        foreach (TcpClient client in idle) client.Dispose();
    }

    private string Ask(string request)
    {
        using var client = new TcpClient("127.0.0.1", _server.Port);
        NetworkStream stream = client.GetStream();
        stream.ReadTimeout = 10_000;
        stream.Write(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private async Task<T> Next<T>()
        where T : NetbootFact
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await _facts.Reader.ReadAsync(deadline.Token) is T fact) return fact;
    }
}
