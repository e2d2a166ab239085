using System.Buffers;
using System.Text;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class HttpAnswerReaderTests
{
    private const string Sized = "HTTP/1.1 200 OK\r\nServer: Intel(R) Active Management Technology 8.1.72\r\nContent-Length: 11\r\n\r\nhello world";

    private const string Chunked = "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailing: yes\r\n\r\n";

    [Theory]
    [InlineData(Sized, 200)]
    [InlineData(Chunked, 400)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n" + Sized, 200)]
    [InlineData("HTTP/1.1 200\nContent-Length:11\n\nhello world", 200)]
    public void An_answer_is_read_whole_at_every_split_point_and_byte_by_byte(string text, int status)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int split = 0; split <= bytes.Length; split++)
        {
            var reader = new HttpAnswerReader();
            OperationStatus first = reader.Read(bytes.AsSpan(0, split), out int used);
            Assert.Equal(split == bytes.Length ? OperationStatus.Done : OperationStatus.NeedMoreData, first);
            Assert.Equal(split, used);
            Assert.Equal(OperationStatus.Done, reader.Read(bytes.AsSpan(split), out _));
            Assert.Equal((status, "hello world"), (reader.Answer.Status, Encoding.ASCII.GetString(reader.Answer.Body.Span)));
        }

        var slow = new HttpAnswerReader();
        foreach (byte b in bytes) slow.Read([b], out _);
        Assert.Equal("hello world", Encoding.ASCII.GetString(slow.Answer.Body.Span));
    }

    [Theory]
    [InlineData(Sized)]
    [InlineData(Chunked)]
    public void Every_truncation_is_a_defect_when_the_connection_ends(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int length = 0; length < bytes.Length; length++)
        {
            var reader = new HttpAnswerReader();
            Assert.Equal(OperationStatus.NeedMoreData, reader.Read(bytes.AsSpan(0, length), out _));
            Assert.Equal(OperationStatus.InvalidData, reader.End());
            Assert.Equal(HttpDefect.Truncated, reader.Defect);
        }
    }

    [Fact]
    public void Without_a_length_the_answer_lasts_until_the_connection_ends()
    {
        var reader = new HttpAnswerReader();

        Assert.Equal(OperationStatus.NeedMoreData, reader.Read("HTTP/1.1 401 Unauthorized\r\n\r\n<html>"u8, out _));

        Assert.Equal(OperationStatus.Done, reader.End());
        Assert.Equal(6, reader.Answer.Body.Length);
        Assert.False(reader.Answer.KeepAlive);
    }

    [Fact]
    public void Bytes_behind_the_answer_are_left()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Sized + "HTTP/1.1");

        Assert.Equal(OperationStatus.Done, new HttpAnswerReader().Read(bytes, out int used));

        Assert.Equal(Sized.Length, used);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nconnection: x, keep-alive\r\n\r\n", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", true)]
    public void Whether_the_connection_stays_is_told(string text, bool stays)
    {
        var reader = new HttpAnswerReader();

        Assert.Equal(OperationStatus.Done, reader.Read(Encoding.ASCII.GetBytes(text), out _));

        Assert.Equal(stays, reader.Answer.KeepAlive);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH", nameof(HttpDefect.NotHttp))]
    [InlineData("\u0015\u0003\u0001", nameof(HttpDefect.NotHttp))]
    [InlineData("HTTP/2", nameof(HttpDefect.NotHttp))]
    [InlineData("HTTP/1.1\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 2x0 OK\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 +20 OK\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", nameof(HttpDefect.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", nameof(HttpDefect.TooLarge))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", nameof(HttpDefect.TooLarge))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", nameof(HttpDefect.TooLarge))]
    public void A_broken_answer_is_named(string text, string defect) => Assert.Equal(defect, $"{DefectOf([Encoding.Latin1.GetBytes(text)])}");

    [Fact]
    public void Endless_heads_bodies_chunks_and_trailers_end_at_their_limits()
    {
        byte[] much = [.. Enumerable.Repeat((byte)'1', 100_000)];
        static IEnumerable<byte[]> Forever(string start, byte[] more)
        {
            yield return Encoding.ASCII.GetBytes(start);
            while (true) yield return more;
        }

        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\nA: ", much)));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\n", "A: b\r\n"u8.ToArray())));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("", "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray())));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\n\r\n", much)));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"u8.ToArray())));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", much)));
        Assert.Equal(HttpDefect.TooLarge, DefectOf(Forever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n"u8.ToArray())));
    }

    [Fact]
    public void Mutated_answers_never_throw()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(round % 2 == 0 ? Sized : Chunked);
            for (int i = random.Next(1, 5); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var reader = new HttpAnswerReader();
            try
            {
                int split = random.Next(bytes.Length);
                OperationStatus status = reader.Read(bytes.AsSpan(0, split), out int used);
                if (status == OperationStatus.NeedMoreData) status = reader.Read(bytes.AsSpan(split), out used);
                if (status == OperationStatus.NeedMoreData) status = reader.End();
                Assert.Equal(status == OperationStatus.InvalidData, reader.Defect != HttpDefect.None);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }
    }

    private static HttpDefect DefectOf(IEnumerable<byte[]> pieces)
    {
        var reader = new HttpAnswerReader();
        foreach (byte[] piece in pieces)
        {
            if (reader.Read(piece, out _) != OperationStatus.NeedMoreData) break;
        }

        return reader.Defect;
    }
}
