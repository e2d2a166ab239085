using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Amt;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

/// <summary>What the scripted firmware does with a request. Null bytes = nothing is sent.</summary>
internal sealed record Reply(byte[]? Bytes, bool Close = false)
{
    public static Reply Dead { get; } = new(null, Close: true);

    public static Reply Silence { get; } = new((byte[]?)null);

    public static Reply Text(string text, bool close = false) => new(Encoding.UTF8.GetBytes(text), close);
}

/// <summary>A request as the scripted firmware got it.</summary>
internal sealed record Asked(int Connection, string Text)
{
    public string Body => Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public string? Authorization => Field("Authorization: (.*)\r\n");

    public string MessageId => Field("MessageID>([^<]*)<") ?? "";

    public string? Field(string pattern) => Regex.Match(Text, pattern) is { Success: true } m ? m.Groups[1].Value : null;
}

/// <summary>A web port without a network: each request is answered by the next step of a script, the last step for ever.</summary>
internal sealed class ScriptedWeb(params Func<Asked, Reply>[] script)
{
    public const string Realm = "Digest:A4070000000000000000000000000000";
    public const string Nonce = "k3vYAAAAAAAAAAAAz7Rj0mWq1uT5xB2c";
    public const string Server = "Server: Intel(R) Active Management Technology 8.1.72\r\n";

    public static readonly AmtEndpoint Endpoint = new() { Host = "nuc3", Password = "Sl1pway!Lab" };

    private int _step;

    public List<Asked> Requests { get; } = [];

    public int Connections { get; private set; }

    public int Open { get; private set; }

    /// <summary>Largest piece that one read gives.</summary>
    public int PieceBytes { get; init; } = int.MaxValue;

    /// <summary>Connections with these numbers, from 1, are refused.</summary>
    public HashSet<int> Refused { get; } = [];

    public WsManClient Client(TimeProvider? time = null) =>
        new(Endpoint, ConnectAsync, time ?? new HandClock(), () => "5ca1ab1e", WsManClient.DefaultAnswerDeadline);

    public static Reply Challenge(string nonce = Nonce, string quality = "auth", bool close = true) =>
        Reply.Text($"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"{Realm}\", nonce=\"{nonce}\",stale=\"false\",qop=\"{quality}\"\r\nContent-Type: text/html\r\n{Server}Content-Length: 4\r\nConnection: close\r\n\r\n<p/>", close);

    public static Reply Soap(Asked asked, string body, int status = 200, string? relatesTo = null) => Http(Envelope(body, relatesTo ?? asked.MessageId), status);

    public static Reply Http(string xml, int status = 200) =>
        Reply.Text($"HTTP/1.1 {status} X\r\n{Server}Content-Type: application/soap+xml; charset=UTF-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(xml)}\r\n\r\n{xml}");

    public static string Envelope(string body, string relatesTo) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope xmlns:a=\"{WsManNames.Soap}\" xmlns:b=\"{WsManNames.Addressing}\" xmlns:n=\"{WsManNames.Enumeration}\" xmlns:t=\"{WsManNames.Transfer}\" xmlns:w=\"{WsManNames.WsMan}\">"
        + $"<a:Header><b:RelatesTo>{relatesTo}</b:RelatesTo><b:MessageID>uuid:00000000-8086-8086-8086-000000000001</b:MessageID></a:Header><a:Body>{body}</a:Body></a:Envelope>";

    public static string Fault(string subcode, string reason = "because") =>
        $"<a:Fault><a:Code><a:Value>a:Sender</a:Value><a:Subcode><a:Value>w:{subcode}</a:Value></a:Subcode></a:Code><a:Reason><a:Text xml:lang=\"en\">{reason}</a:Text></a:Reason></a:Fault>";

    /// <summary>An instance of CIM_BootService.</summary>
    public static string BootService { get; } = $"<g:CIM_BootService xmlns:g=\"{WsManNames.Resource("CIM_BootService")}\"><g:Name>Boot</g:Name><g:EnabledState>5</g:EnabledState></g:CIM_BootService>";

    private Task<AmtLink> ConnectAsync(CancellationToken ct)
    {
        Connections++;
        if (Refused.Contains(Connections))
            throw new AmtException(AmtProblem.Unreachable, "refused", new SocketException((int)SocketError.ConnectionRefused));
        Open++;
        return Task.FromResult(new AmtLink(new Wire(this, Connections), false, null, "plain"));
    }

    private Reply Answer(Asked asked)
    {
        Requests.Add(asked);
        return script[Math.Min(_step++, script.Length - 1)](asked);
    }

    private sealed class Wire(ScriptedWeb web, int number) : Stream
    {
        private byte[] _left = [];
        private bool _ends;
        private bool _closed;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_ends) throw new IOException("Broken pipe");
            Reply reply = web.Answer(new Asked(number, Encoding.UTF8.GetString(buffer.Span)));
            _left = [.. _left, .. reply.Bytes ?? []];
            _ends = reply.Close;
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left.Length == 0 && !_ends) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            int count = Math.Min(Math.Min(web.PieceBytes, buffer.Length), _left.Length);
            _left.AsSpan(0, count).CopyTo(buffer.Span);
            _left = _left[count..];
            return count;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_closed) web.Open--;
            _closed = true;
            base.Dispose(disposing);
        }
    }
}
