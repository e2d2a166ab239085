using System.Buffers;
using System.Text;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class SimHttpRequestTests
{
    private const string Whole = "POST /wsman HTTP/1.1\r\nHost: pc\r\nContent-Length: 4\r\n\r\n<x/>";
    private const string InChunks = "POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;why=not\r\n<x/\r\n1\r\n>\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Whole)]
    [InlineData(InChunks)]
    public void A_request_is_read_to_its_exact_end(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + "GET /");

        OperationStatus status = SimHttpRequest.TryRead(bytes, out SimHttpRequest? request, out int used, out _);

        Assert.Equal(OperationStatus.Done, status);
        Assert.Equal(text.Length, used);
        Assert.Equal("POST", request!.Method);
        Assert.Equal("/wsman", request.Target);
        Assert.Equal("<x/>", Encoding.ASCII.GetString(request.Body));
        Assert.True(request.KeepsAlive);
    }

    [Theory]
    [InlineData(Whole)]
    [InlineData(InChunks)]
    public void Every_truncation_needs_more(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(OperationStatus.NeedMoreData, SimHttpRequest.TryRead(bytes.AsSpan(0, length), out _, out _, out _));
    }

    [Theory]
    [InlineData("POST /wsman\r\n\r\n")]
    [InlineData("POST /wsman HTTP/2.0\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n")]
    [InlineData("POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFF\r\n")]
    public void What_is_no_request_is_invalid(string text) =>
        Assert.Equal(OperationStatus.InvalidData, SimHttpRequest.TryRead(Encoding.ASCII.GetBytes(text), out _, out _, out _));

    [Fact]
    public void A_head_without_end_is_invalid_when_it_is_too_long() =>
        Assert.Equal(OperationStatus.InvalidData, SimHttpRequest.TryRead(new byte[SimHttpRequest.LargestHead + 1], out _, out _, out _));

    [Theory]
    [InlineData("HTTP/1.1", "close", false)]
    [InlineData("HTTP/1.1", "Keep-Alive", true)]
    [InlineData("HTTP/1.0", "keep-alive", true)]
    [InlineData("HTTP/1.0", "x", false)]
    public void The_connection_stays_open_as_the_version_says(string version, string word, bool stays)
    {
        SimHttpRequest.TryRead(Encoding.ASCII.GetBytes($"GET / {version}\r\nConnection: {word}\r\n\r\n"), out SimHttpRequest? request, out _, out _);
        Assert.Equal(stays, request!.KeepsAlive);
    }

    [Fact]
    public void Random_changes_never_throw()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (string text in new[] { Whole, InChunks })
        {
            for (int i = 0; i < 5000; i++)
            {
                byte[] bytes = Encoding.ASCII.GetBytes(text);
                for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                Exception? thrown = Record.Exception(() => SimHttpRequest.TryRead(bytes, out _, out int used, out _) != OperationStatus.Done || used <= bytes.Length);
                Assert.True(thrown is null, $"seed {seed}: {thrown}");
            }
        }
    }
}
