using System.Buffers;
using System.Globalization;
using System.Text;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>The status codes the firmware answers with (RFC 9110 §15).</summary>
internal enum SimHttpStatus
{
    OK = 200,
    BadRequest = 400,
    Unauthorized = 401,
    NotFound = 404,
    MethodNotAllowed = 405,
    InternalServerError = 500,
}

/// <summary>One HTTP answer and its bytes.</summary>
/// <param name="Status">Status code.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">Whole.</param>
internal sealed record SimHttpAnswer(SimHttpStatus Status, string ContentType, byte[] Body)
{
    public const string Soap = "application/soap+xml; charset=UTF-8";
    public const string Html = "text/html";

    /// <summary>Size of the chunks of a chunked answer, in bytes; small and odd, so that they end inside of words.</summary>
    private const int ChunkBytes = 477;

    /// <summary>Value of <c>WWW-Authenticate</c>, or null.</summary>
    public string? Challenge { get; init; }

    /// <summary>The connection is closed afterwards, and the answer says so.</summary>
    public bool Closes { get; init; }

    public static SimHttpAnswer Page(SimHttpStatus status, string title, string text) => new(
        status, Html, Encoding.ASCII.GetBytes($"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>\n"));

    /// <summary>Head and body as they go on the wire.</summary>
    /// <param name="server">The <c>Server</c> header, or null for a firmware without one.</param>
    /// <param name="chunked">The body goes in chunks.</param>
    public byte[] ToBytes(string? server, bool chunked)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)Status} {Reason}\r\n");
        if (Challenge is not null) head.Append(CultureInfo.InvariantCulture, $"WWW-Authenticate: {Challenge}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\n");
        if (server is not null) head.Append(CultureInfo.InvariantCulture, $"Server: {server}\r\n");
        if (Closes) head.Append("Connection: close\r\n");
        head.Append(chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {Body.Length}\r\n\r\n");

        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(Encoding.ASCII.GetBytes(head.ToString()));
        if (!chunked)
        {
            bytes.Write(Body);
            return bytes.WrittenSpan.ToArray();
        }

        foreach (byte[] chunk in Body.Chunk(ChunkBytes))
        {
            bytes.Write(Encoding.ASCII.GetBytes($"{chunk.Length:X}\r\n"));
            bytes.Write(chunk);
            bytes.Write("\r\n"u8);
        }

        bytes.Write("0\r\n\r\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private string Reason => Status switch
    {
        SimHttpStatus.OK => "OK",
        SimHttpStatus.BadRequest => "Bad Request",
        SimHttpStatus.Unauthorized => "Unauthorized",
        SimHttpStatus.NotFound => "Not Found",
        SimHttpStatus.MethodNotAllowed => "Method Not Allowed",
        _ => "Internal Server Error",
    };
}
