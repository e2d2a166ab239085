using System.Buffers;
using System.Globalization;
using System.Text;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>One HTTP/1.1 request, read whole (RFC 9112 §2, §6, §7).</summary>
/// <remarks>Strict where the firmware's small stack is: one request at a time, nothing folded, small limits.</remarks>
internal sealed class SimHttpRequest
{
    /// <summary>Largest request line and header fields together, in bytes.</summary>
    public const int LargestHead = 16 * 1024;

    /// <summary>Largest body, in bytes; no request of a console comes near.</summary>
    public const int LargestBody = 256 * 1024;

    private const int LargestChunkLine = 128;

    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] EndOfLine = "\r\n"u8.ToArray();

    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    public string Method { get; private init; } = "";

    public string Target { get; private init; } = "";

    /// <summary>1.0 otherwise.</summary>
    public bool IsVersion11 { get; private init; }

    public byte[] Body { get; private set; } = [];

    /// <summary>Whether the peer expects the connection to stay open.</summary>
    public bool KeepsAlive => Header("Connection") is { } word ? !word.Equals("close", StringComparison.OrdinalIgnoreCase) && (IsVersion11 || word.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)) : IsVersion11;

    public string? Header(string name) => _headers.GetValueOrDefault(name);

    /// <summary>Reads one request from the front of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What was received and not yet used.</param>
    /// <param name="request">The request, when Done.</param>
    /// <param name="used">Its length in bytes, when Done.</param>
    /// <param name="wantsContinue">With NeedMoreData: the head is whole and asks for <c>100 Continue</c> before the body.</param>
    public static OperationStatus TryRead(ReadOnlySpan<byte> bytes, out SimHttpRequest? request, out int used, out bool wantsContinue)
    {
        request = null;
        used = 0;
        wantsContinue = false;

        int end = bytes.IndexOf(EndOfHead);
        if (end < 0) return bytes.Length > LargestHead ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
        if (end > LargestHead || ReadHead(bytes[..end]) is not { } found) return OperationStatus.InvalidData;

        OperationStatus status = found.ReadBody(bytes[(end + EndOfHead.Length)..], out int bodyBytes);
        if (status == OperationStatus.NeedMoreData)
            wantsContinue = "100-continue".Equals(found.Header("Expect"), StringComparison.OrdinalIgnoreCase);
        if (status != OperationStatus.Done) return status;

        request = found;
        used = end + EndOfHead.Length + bodyBytes;
        return OperationStatus.Done;
    }

    private static SimHttpRequest? ReadHead(ReadOnlySpan<byte> head)
    {
        // Bytes above 7 bits have no business in a head.
        if (head.ContainsAnyExceptInRange((byte)'\t', (byte)'~')) return null;
        string[] lines = Encoding.ASCII.GetString(head).Split("\r\n");
        string[] words = lines[0].Split(' ');
        if (words.Length != 3 || words[0].Length == 0 || words[1].Length == 0 || words[2] is not ("HTTP/1.1" or "HTTP/1.0")) return null;

        var request = new SimHttpRequest { Method = words[0], Target = words[1], IsVersion11 = words[2] == "HTTP/1.1" };
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[0] is ' ' or '\t') return null;
            // A second Content-Length or Authorization is an attack, not a client.
            if (!request._headers.TryAdd(line[..colon], line[(colon + 1)..].Trim())) return null;
        }

        return request;
    }

    private OperationStatus ReadBody(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        string? length = Header("Content-Length");
        if (Header("Transfer-Encoding") is { } coding)
            return length is null && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? ReadChunks(rest, out used) : OperationStatus.InvalidData;
        if (length is null) return OperationStatus.Done;
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) || bytes > LargestBody) return OperationStatus.InvalidData;
        if (rest.Length < bytes) return OperationStatus.NeedMoreData;

        Body = rest[..bytes].ToArray();
        used = bytes;
        return OperationStatus.Done;
    }

    /// <summary>RFC 9112 §7.1: hexadecimal length, CRLF, data, CRLF; a length of 0 and perhaps trailers end it.</summary>
    private OperationStatus ReadChunks(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        int at = 0;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            int line = rest[at..].IndexOf(EndOfLine);
            if (line < 0) return rest.Length - at > LargestChunkLine ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
            if (line > LargestChunkLine) return OperationStatus.InvalidData;

            ReadOnlySpan<byte> size = rest.Slice(at, line);
            if (size.IndexOf((byte)';') is >= 0 and var extension) size = size[..extension];
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int bytes) || bytes < 0) return OperationStatus.InvalidData;
            if (bytes > LargestBody - body.WrittenCount) return OperationStatus.InvalidData;
            at += line + EndOfLine.Length;

            // No trailers are known to any console; the last chunk is followed by the empty line.
            if (rest.Length - at < bytes + EndOfLine.Length) return OperationStatus.NeedMoreData;
            if (!rest.Slice(at + bytes, EndOfLine.Length).SequenceEqual(EndOfLine)) return OperationStatus.InvalidData;
            body.Write(rest.Slice(at, bytes));
            at += bytes + EndOfLine.Length;
            if (bytes > 0) continue;

            Body = body.WrittenSpan.ToArray();
            used = at;
            return OperationStatus.Done;
        }
    }
}
