using System.Buffers;
using System.Globalization;
using System.Text;

namespace Slipway.Amt.WsMan;

/// <summary>Why an answer could not be read.</summary>
internal enum HttpDefect
{
    None,

    /// <summary>The first bytes are not those of HTTP/1.</summary>
    NotHttp,

    /// <summary>A status line, header, length or chunk that cannot be.</summary>
    Malformed,

    /// <summary>Longer than anything a firmware sends.</summary>
    TooLarge,

    /// <summary>The connection ended in the middle.</summary>
    Truncated,
}

/// <summary>Reads one HTTP/1.1 answer (RFC 9112 §4–§7) from pieces of any size. Throws nothing; each byte is looked at once.</summary>
internal sealed class HttpAnswerReader
{
    /// <summary>All lines before the body, and those of a trailer, together.</summary>
    public const int MaxHeadBytes = 16 * 1024;

    /// <summary>A full event log of the firmware is about 40 kB of XML.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    private const int MaxChunkLineBytes = 256;
    private const int StatusDigits = 3;

    private static ReadOnlySpan<byte> Protocol => "HTTP/1."u8;

    private enum Stage
    {
        StatusLine,
        Headers,

        /// <summary>As many bytes as Content-Length said.</summary>
        Sized,

        /// <summary>Neither length nor chunks: until the connection ends.</summary>
        UntilClose,
        ChunkSize,
        ChunkData,

        /// <summary>The line end behind a chunk.</summary>
        ChunkEnd,
        Trailer,
        Done,
        Broken,
    }

    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly List<(string Name, string Value)> _headers = [];
    private Stage _stage = Stage.StatusLine;
    private int _headBytes;
    private int _left;
    private int _status;
    private bool _keepAlive;

    /// <summary>Whether anything has come at all.</summary>
    public bool Started { get; private set; }

    public HttpDefect Defect { get; private set; }

    /// <summary>The answer, after <see cref="OperationStatus.Done"/>.</summary>
    public HttpAnswer Answer => new(_status, [.. _headers], _body.WrittenMemory, _keepAlive);

    /// <summary>Takes the next bytes. After Done, <paramref name="used"/> tells how many belonged to this answer.</summary>
    public OperationStatus Read(ReadOnlySpan<byte> bytes, out int used)
    {
        used = 0;
        Started |= !bytes.IsEmpty;
        while (_stage is not (Stage.Done or Stage.Broken))
        {
            ReadOnlySpan<byte> rest = bytes[used..];
            if (rest.IsEmpty) return OperationStatus.NeedMoreData;
            used += _stage is Stage.Sized or Stage.UntilClose or Stage.ChunkData ? TakeBody(rest) : TakeLine(rest);
        }

        return _stage == Stage.Done ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    /// <summary>The connection ended: that completes an answer without a length, and breaks every other.</summary>
    public OperationStatus End()
    {
        if (_stage == Stage.UntilClose) _stage = Stage.Done;
        if (_stage == Stage.Done) return OperationStatus.Done;
        if (_stage != Stage.Broken) Break(HttpDefect.Truncated);
        return OperationStatus.InvalidData;
    }

    private int TakeBody(ReadOnlySpan<byte> rest)
    {
        int count = _stage == Stage.UntilClose ? rest.Length : Math.Min(rest.Length, _left);
        if (count > MaxBodyBytes - _body.WrittenCount)
        {
            Break(HttpDefect.TooLarge);
            return 0;
        }

        _body.Write(rest[..count]);
        if (_stage == Stage.UntilClose) return count;
        _left -= count;
        if (_left == 0) _stage = _stage == Stage.Sized ? Stage.Done : Stage.ChunkEnd;
        return count;
    }

    private int TakeLine(ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        int count = end < 0 ? rest.Length : end + 1;
        bool head = _stage is Stage.StatusLine or Stage.Headers or Stage.Trailer;
        int room = head ? MaxHeadBytes - _headBytes : MaxChunkLineBytes - _line.WrittenCount;
        bool fits = count <= room;
        if (!fits) count = Math.Max(room, 0);
        _line.Write(rest[..count]);
        if (head) _headBytes += count;

        if (_stage == Stage.StatusLine && !LooksLikeHttp()) Break(HttpDefect.NotHttp);
        else if (!fits) Break(HttpDefect.TooLarge);
        else if (end >= 0) EndLine();
        return count;
    }

    // Said at once, so that a peer of another protocol need not send a line end first.
    private bool LooksLikeHttp()
    {
        int known = Math.Min(_line.WrittenCount, Protocol.Length);
        return _line.WrittenSpan[..known].SequenceEqual(Protocol[..known]);
    }

    private void EndLine()
    {
        // Latin-1 keeps every byte: what a header repeats to the server comes back as it was.
        string line = Encoding.Latin1.GetString(_line.WrittenSpan[..^1].TrimEnd((byte)'\r'));
        _line.ResetWrittenCount();
        bool read = _stage switch
        {
            Stage.StatusLine => StatusLine(line),
            Stage.Headers => line.Length == 0 ? EndHeaders() : Header(line),
            Stage.ChunkSize => ChunkSize(line),
            Stage.ChunkEnd => Next(Stage.ChunkSize, line.Length == 0),
            _ => Next(line.Length == 0 ? Stage.Done : Stage.Trailer, true),
        };
        if (!read && _stage != Stage.Broken) Break(HttpDefect.Malformed);
    }

    private bool StatusLine(string line)
    {
        string[] parts = line.Split(' ', 3);
        if (parts.Length < 2 || parts[1].Length != StatusDigits) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _status)) return false;
        _keepAlive = parts[0] != "HTTP/1.0";
        return Next(Stage.Headers, _status >= 100);
    }

    private bool Header(string line)
    {
        int colon = line.IndexOf(':');
        if (colon < 1 || char.IsWhiteSpace(line[0])) return false;
        _headers.Add((line[..colon].TrimEnd(), line[(colon + 1)..].Trim()));
        return true;
    }

    private bool EndHeaders()
    {
        if (_status < 200)
        {
            // 100 Continue: the answer proper follows.
            _headers.Clear();
            return Next(Stage.StatusLine, true);
        }

        var head = new HttpAnswer(_status, _headers, default, _keepAlive);
        string[] connection = [.. head.All("Connection").SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries))];
        if (connection.Contains("close", StringComparer.OrdinalIgnoreCase)) _keepAlive = false;
        else if (connection.Contains("keep-alive", StringComparer.OrdinalIgnoreCase)) _keepAlive = true;

        if (_status is 204 or 304) return Next(Stage.Done, true);
        string[] codings = [.. head.All("Transfer-Encoding")];
        if (codings.Length > 0)
            return Next(Stage.ChunkSize, codings.Length == 1 && codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase));
        string[] lengths = [.. head.All("Content-Length").Distinct()];
        if (lengths.Length == 0)
        {
            _keepAlive = false;
            return Next(Stage.UntilClose, true);
        }

        if (lengths.Length > 1 || !ulong.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong length)) return false;
        if (length > MaxBodyBytes) return Break(HttpDefect.TooLarge);
        _left = (int)length;
        return Next(_left == 0 ? Stage.Done : Stage.Sized, true);
    }

    private bool ChunkSize(string line)
    {
        string digits = line.Split(';')[0].Trim();
        if (!uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint size)) return false;
        if (size > MaxBodyBytes) return Break(HttpDefect.TooLarge);
        _left = (int)size;
        return Next(size == 0 ? Stage.Trailer : Stage.ChunkData, true);
    }

    private bool Next(Stage stage, bool allowed)
    {
        if (allowed) _stage = stage;
        return allowed;
    }

    private bool Break(HttpDefect defect)
    {
        Defect = defect;
        _stage = Stage.Broken;
        return false;
    }
}
