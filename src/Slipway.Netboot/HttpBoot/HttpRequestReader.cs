using System.Buffers;
using System.Text;

namespace Slipway.Netboot.HttpBoot;

/// <summary>Reads HTTP/1.x requests without a body (RFC 9112). Holds nothing between calls.</summary>
/// <remarks>
/// <code>
///   [CRLF]  METHOD SP target SP HTTP/1.x CRLF   (name ":" value CRLF)*   CRLF      at least "G / HTTP/1.0\n\n", 14 bytes
/// </code>
/// A bare LF ends a line as well (RFC 9112 §2.2).
/// </remarks>
public static class HttpRequestReader
{
    /// <summary>Four times <see cref="BootPath.MaxLength"/>: every character of a name may be a percent triple.</summary>
    public const int MaxRequestLineBytes = 4096;

    public const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Reads one request off the front of a stream's bytes.</summary>
    /// <param name="consumed">Length of the request after <see cref="OperationStatus.Done"/>; 0 otherwise.</param>
    public static OperationStatus Read(ReadOnlySpan<byte> bytes, out HttpBootRequest? request, out int consumed, out HttpDefect defect)
    {
        request = null;
        consumed = 0;
        defect = HttpDefect.None;
        int at = bytes.StartsWith("\r\n"u8) ? 2 : 0; // some clients end a POST with one line too many; RFC 9112 §2.2 asks us to bear it

        if (!TryTakeLine(bytes, ref at, out ReadOnlySpan<byte> requestLine))
            return bytes.Length - at > MaxRequestLineBytes ? Bad(HttpDefect.RequestLineTooLong, out defect) : OperationStatus.NeedMoreData;
        if (requestLine.Length > MaxRequestLineBytes) return Bad(HttpDefect.RequestLineTooLong, out defect);
        if (!TryReadRequestLine(requestLine, out string method, out string path, out bool isVersion11, out defect)) return OperationStatus.InvalidData;

        int headersBegin = at;
        bool keepAlive = isVersion11, hasHost = false;
        ByteRange? range = null;
        string? ifRange = null;
        while (true)
        {
            bool isWhole = TryTakeLine(bytes, ref at, out ReadOnlySpan<byte> line);
            if ((isWhole ? at : bytes.Length) - headersBegin > MaxHeaderBytes) return Bad(HttpDefect.HeadersTooLarge, out defect);
            if (!isWhole) return OperationStatus.NeedMoreData;
            if (line.IsEmpty) break;

            int colon = line.IndexOf((byte)':');
            if (colon < 1 || line[..colon].ContainsAny((byte)' ', (byte)'\t')) return Bad(HttpDefect.BadHeader, out defect);
            string value = Encoding.Latin1.GetString(line[(colon + 1)..]).Trim(' ', '\t');
            switch (Encoding.Latin1.GetString(line[..colon]).ToLowerInvariant())
            {
                case "host":
                    hasHost = true;
                    break;
                case "connection":
                    if (value.Contains("close", StringComparison.OrdinalIgnoreCase)) keepAlive = false;
                    else if (value.Contains("keep-alive", StringComparison.OrdinalIgnoreCase)) keepAlive = true;
                    break;
                case "range":
                    range = ByteRange.TryRead(value, out ByteRange read) ? read : null;
                    break;
                case "if-range":
                    ifRange = value;
                    break;
                case "content-length" when value != "0":
                case "transfer-encoding":
                    return Bad(HttpDefect.BodyNotTaken, out defect);
            }
        }
        if (isVersion11 && !hasHost) return Bad(HttpDefect.HostMissing, out defect);

        var kind = method switch
        {
            "GET" => HttpBootMethod.Get,
            "HEAD" => HttpBootMethod.Head,
            _ => HttpBootMethod.Other,
        };
        request = new HttpBootRequest(kind, method, path, keepAlive, range, ifRange);
        consumed = at;
        return OperationStatus.Done;
    }

    private static OperationStatus Bad(HttpDefect found, out HttpDefect defect)
    {
        defect = found;
        return OperationStatus.InvalidData;
    }

    private static bool TryTakeLine(ReadOnlySpan<byte> bytes, ref int at, out ReadOnlySpan<byte> line)
    {
        int end = bytes[at..].IndexOf((byte)'\n');
        line = end < 0 ? default : bytes.Slice(at, end);
        if (end < 0) return false;
        if (line.EndsWith("\r"u8)) line = line[..^1];
        at += end + 1;
        return true;
    }

    private static bool TryReadRequestLine(ReadOnlySpan<byte> line, out string method, out string path, out bool isVersion11, out HttpDefect defect)
    {
        (method, path, isVersion11) = ("", "", false);
        defect = HttpDefect.BadRequestLine;
        int first = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        if (first < 1 || last <= first + 1 || line[..first].ContainsAnyExceptInRange((byte)'A', (byte)'Z')) return false;
        ReadOnlySpan<byte> target = line[(first + 1)..last], version = line[(last + 1)..];
        if (!version.StartsWith("HTTP/"u8)) return false;
        isVersion11 = version.SequenceEqual("HTTP/1.1"u8);
        if (!isVersion11 && !version.SequenceEqual("HTTP/1.0"u8))
        {
            defect = HttpDefect.UnsupportedVersion;
            return false;
        }
        method = Encoding.ASCII.GetString(line[..first]);
        defect = HttpDefect.BadTarget;
        if (!TryReadPath(target, out path)) return false;
        defect = HttpDefect.None;
        return true;
    }

    private static bool TryReadPath(ReadOnlySpan<byte> target, out string path)
    {
        path = "";
        if (target.StartsWith("http://"u8)) // absolute-form, which every server must take (RFC 9112 §3.2.2)
        {
            target = target["http://"u8.Length..];
            int slash = target.IndexOf((byte)'/');
            target = slash < 0 ? "/"u8 : target[slash..];
        }
        if (target.IsEmpty || target[0] != '/') return false;
        int end = target.IndexOfAny((byte)'?', (byte)'#');
        if (end >= 0) target = target[..end];
        if (target.Contains((byte)' ')) return false;

        Span<byte> decoded = target.Length <= 512 ? stackalloc byte[target.Length] : new byte[target.Length];
        int length = 0;
        for (int i = 0; i < target.Length; i++)
        {
            byte b = target[i];
            if (b == '%')
            {
                if (i + 2 >= target.Length || !char.IsAsciiHexDigit((char)target[i + 1]) || !char.IsAsciiHexDigit((char)target[i + 2])) return false;
                b = (byte)(Hex(target[i + 1]) << 4 | Hex(target[i + 2]));
                i += 2;
            }
            decoded[length++] = b;
        }
        path = Encoding.UTF8.GetString(decoded[..length]);
        return true;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
