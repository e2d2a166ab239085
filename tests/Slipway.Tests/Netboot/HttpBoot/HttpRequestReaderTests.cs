using System.Buffers;
using System.Text;
using Slipway.Netboot.HttpBoot;

namespace Slipway.Tests.Netboot.HttpBoot;

public sealed class HttpRequestReaderTests
{
    private const string Full =
        "GET /boot/my%20kernel?x=1 HTTP/1.1\r\nHost: 10.77.0.1:8069\r\nUser-Agent: UefiHttpBoot/1.0\r\nRange: bytes=5-9\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData(Full, "GET '/boot/my kernel' close 5-9")]
    [InlineData("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD '/a' keep -")]
    [InlineData("GET /a HTTP/1.0\n\n", "GET '/a' close -")]
    [InlineData("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET '/a' keep -")]
    [InlineData("\r\nGET http://h:1/a/b HTTP/1.1\r\nhost:h\r\n\r\n", "GET '/a/b' keep -")]
    [InlineData("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "PUT '/a' keep -")]
    [InlineData("GET /%c3%a4 HTTP/1.0\r\nRange: bytes=-7\r\n\r\n", "GET '/ä' close -7")]
    [InlineData("GET /a HTTP/1.0\r\nRange: bytes=3-\r\n\r\n", "GET '/a' close 3-")]
    [InlineData("GET /a HTTP/1.0\r\nRange: bytes=0-1,4-5\r\n\r\n", "GET '/a' close -")]
    public void A_request_is_read_as_the_client_meant_it(string text, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text + "NEXT");

        Assert.Equal(OperationStatus.Done, HttpRequestReader.Read(bytes, out HttpBootRequest? r, out int consumed, out _));

        Assert.Equal(text.Length, consumed);
        Assert.Equal(expected, $"{r!.MethodName} '{r.Path}' {(r.IsKeepAlive ? "keep" : "close")} {(r.Range is { } x ? $"{x.First}-{x.Last}" : "-")}");
    }

    [Theory]
    [InlineData("GET /a\r\n\r\n", HttpDefect.BadRequestLine)]
    [InlineData("\u0016\u0003\u0001 tls / HTTP/1.1\n", HttpDefect.BadRequestLine)]
    [InlineData("GET /a HTTP/2.0\r\n\r\n", HttpDefect.UnsupportedVersion)]
    [InlineData("GET a HTTP/1.1\r\n\r\n", HttpDefect.BadTarget)]
    [InlineData("GET /%4 HTTP/1.1\r\n\r\n", HttpDefect.BadTarget)]
    [InlineData("GET /%zz HTTP/1.1\r\n\r\n", HttpDefect.BadTarget)]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n", HttpDefect.BadTarget)]
    [InlineData("GET /a HTTP/1.1\r\n\r\n", HttpDefect.HostMissing)]
    [InlineData("GET /a HTTP/1.1\r\nHost : x\r\n\r\n", HttpDefect.BadHeader)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", HttpDefect.BadHeader)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", HttpDefect.BodyNotTaken)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", HttpDefect.BodyNotTaken)]
    public void A_bad_request_says_what_is_wrong(string text, HttpDefect expected)
    {
        Assert.Equal(OperationStatus.InvalidData, HttpRequestReader.Read(Encoding.Latin1.GetBytes(text), out _, out _, out HttpDefect defect));

        Assert.Equal(expected, defect);
    }

    [Fact]
    public void Every_split_point_asks_for_more()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(Full);

        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(OperationStatus.NeedMoreData, HttpRequestReader.Read(bytes.AsSpan(0, length), out _, out _, out _));
    }

    [Fact]
    public void Endless_lines_and_headers_end_at_their_limits()
    {
        byte[] line = Encoding.Latin1.GetBytes("GET /" + new string('a', 5000));
        byte[] headers = Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("a: b\r\n", 4000)));
        byte[] header = Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\na: " + new string('b', 17_000));

        HttpRequestReader.Read(line, out _, out _, out HttpDefect tooLong);
        HttpRequestReader.Read(headers, out _, out _, out HttpDefect tooMany);
        HttpRequestReader.Read(header, out _, out _, out HttpDefect tooWide);

        Assert.Equal((HttpDefect.RequestLineTooLong, HttpDefect.HeadersTooLarge, HttpDefect.HeadersTooLarge), (tooLong, tooMany, tooWide));
    }

    [Fact]
    public void Mutated_requests_never_throw()
    {
        int seed = Random.Shared.Next();
        var dice = new Random(seed);
        byte[] good = Encoding.Latin1.GetBytes(Full);
        try
        {
            for (int i = 0; i < 20_000; i++)
            {
                byte[] bad = [.. good];
                for (int m = dice.Next(1, 5); m > 0; m--) bad[dice.Next(bad.Length)] = (byte)dice.Next(256);
                HttpRequestReader.Read(bad.AsSpan(0, dice.Next(bad.Length + 1)), out HttpBootRequest? request, out _, out _);
                request?.Range?.TryResolve(dice.Next(100), out _, out _);
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}: {e}");
        }
    }

    [Theory]
    [InlineData("bytes=0-0", 10, 0, 1)]
    [InlineData("bytes=5-", 10, 5, 5)]
    [InlineData("bytes=-3", 10, 7, 3)]
    [InlineData("bytes=-30", 10, 0, 10)]
    [InlineData("bytes=5-99", 10, 5, 5)]
    [InlineData("bytes=0-9223372036854775807", 10, 0, 10)]
    [InlineData("bytes=10-", 10, null, null)]
    [InlineData("bytes=-0", 10, null, null)]
    [InlineData("bytes=0-", 0, null, null)]
    public void A_range_means_these_bytes(string text, long length, int? offset, int? count)
    {
        Assert.True(ByteRange.TryRead(text, out ByteRange range));

        bool isSatisfiable = range.TryResolve(length, out long first, out long bytes);

        Assert.Equal(offset is not null, isSatisfiable);
        if (isSatisfiable) Assert.Equal(((long)offset!, (long)count!), (first, bytes));
    }

    [Theory]
    [InlineData("lines=1-2")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=9-3")]
    [InlineData("bytes=1-2,4-5")]
    [InlineData("bytes=99999999999999999999-")]
    public void Other_ranges_are_ignored(string text) => Assert.False(ByteRange.TryRead(text, out _));
}
