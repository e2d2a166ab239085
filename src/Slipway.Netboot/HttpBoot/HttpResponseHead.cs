using System.Text;

namespace Slipway.Netboot.HttpBoot;

/// <summary>Status codes in use (RFC 9110 §15).</summary>
public enum HttpStatus
{
    Ok = 200,
    PartialContent = 206,
    BadRequest = 400,
    NotFound = 404,
    MethodNotAllowed = 405,
    TargetTooLong = 414,
    RangeNotSatisfiable = 416,
    HeadersTooLarge = 431,
    InternalError = 500,
    Busy = 503,
    UnsupportedVersion = 505,
}

/// <summary>The head of a response. Always with a length: firmware and old loaders know no chunks.</summary>
/// <param name="ContentLength">Bytes of the body, or of the body that a GET would have brought.</param>
public sealed record HttpResponseHead(HttpStatus Status, long ContentLength, string ContentType, bool IsKeepAlive, DateTimeOffset Date)
{
    /// <summary>Quoted; null = not sent.</summary>
    public string? ETag { get; init; }

    /// <summary>Value of Content-Range; null = not sent.</summary>
    public string? ContentRange { get; init; }

    private string Reason => Status switch
    {
        HttpStatus.Ok => "OK",
        HttpStatus.PartialContent => "Partial Content",
        HttpStatus.BadRequest => "Bad Request",
        HttpStatus.NotFound => "Not Found",
        HttpStatus.MethodNotAllowed => "Method Not Allowed",
        HttpStatus.TargetTooLong => "URI Too Long",
        HttpStatus.RangeNotSatisfiable => "Range Not Satisfiable",
        HttpStatus.HeadersTooLarge => "Request Header Fields Too Large",
        HttpStatus.Busy => "Service Unavailable",
        HttpStatus.UnsupportedVersion => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    };

    /// <summary>The bytes up to and with the empty line.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder()
            .Append($"HTTP/1.1 {(int)Status} {Reason}\r\n")
            .Append($"Date: {Date:R}\r\n")
            .Append($"Content-Length: {ContentLength}\r\n")
            .Append($"Content-Type: {ContentType}\r\n")
            .Append($"Connection: {(IsKeepAlive ? "keep-alive" : "close")}\r\n");
        if (Status is HttpStatus.Ok or HttpStatus.PartialContent) text.Append("Accept-Ranges: bytes\r\n");
        if (Status == HttpStatus.MethodNotAllowed) text.Append("Allow: GET, HEAD\r\n");
        if (ETag is not null) text.Append($"ETag: {ETag}\r\n");
        if (ContentRange is not null) text.Append($"Content-Range: {ContentRange}\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }
}
