using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>QEMU's machine protocol: one JSON object a line, events between a command and its reply (QEMU's docs/interop/qmp-spec).</summary>
/// <remarks>Commands go one at a time; any thread may send one. An event that stood before a reply was handled before the reply is returned.</remarks>
internal sealed class QmpConnection : IAsyncDisposable
{
    private static readonly TimeSpan ReplyDeadline = TimeSpan.FromSeconds(60);
    // 4 MiB: no reply of the commands used here comes near.
    private const int MaxLineBytes = 4 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly Action<string, JsonElement> _onEvent;
    private readonly Action _onEnd;
    private readonly SemaphoreSlim _turn = new(1, 1);
    // One command is under way at a time; more replies than that would be QEMU's mistake, and wait.
    private readonly Channel<JsonElement> _replies = Channel.CreateBounded<JsonElement>(new BoundedChannelOptions(1) { SingleWriter = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reader;

    /// <param name="stream">Connected to QEMU; closed by <see cref="DisposeAsync"/>.</param>
    /// <param name="time">Clock of the deadlines.</param>
    /// <param name="onEvent">Called with each event's name and data, in order; must not wait for a command's reply.</param>
    /// <param name="onEnd">Called once when QEMU is gone.</param>
    public QmpConnection(Stream stream, TimeProvider time, Action<string, JsonElement> onEvent, Action onEnd)
    {
        _stream = stream;
        _time = time;
        _onEvent = onEvent;
        _onEnd = onEnd;
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Sends a command and awaits its reply.</summary>
    /// <exception cref="IOException">QEMU refused it, is gone, or does not answer.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(ReplyDeadline, _time);
        await _turn.WaitAsync(ct);
        try
        {
            // Once sent, its reply is awaited whatever happens to the caller: it would be taken for the next command's.
            await _stream.WriteAsync(Message(command, arguments), deadline.Token);
            JsonElement reply = await _replies.Reader.ReadAsync(deadline.Token);
            if (reply.TryGetProperty("return", out JsonElement value)) return value;
            string reason = reply.TryGetProperty("error", out JsonElement error) && error.TryGetProperty("desc", out JsonElement text) ? text.GetString() ?? "" : "no reason given";
            throw new IOException($"QEMU refused '{command}': {reason}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // Nothing that comes now could be told from the answer that is missing.
            await _stopping.CancelAsync();
            throw new IOException($"QEMU did not answer '{command}' within {ReplyDeadline.TotalSeconds:0} s; end the simulated PC and start it again");
        }
        catch (Exception e) when (e is ChannelClosedException or SocketException or ObjectDisposedException)
        {
            throw new IOException($"QEMU ended before it answered '{command}'", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _stream.DisposeAsync();
        await _reader;
        _stopping.Dispose();
        _turn.Dispose();
    }

    private static byte[] Message(string command, Action<Utf8JsonWriter>? arguments)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("execute", command);
            if (arguments is not null)
            {
                json.WriteStartObject("arguments");
                arguments(json);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        text.Write("\n"u8);
        return text.WrittenSpan.ToArray();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[8192];
        int have = 0;
        try
        {
            for (int read; (read = await _stream.ReadAsync(buffer.AsMemory(have), _stopping.Token)) > 0;)
            {
                have += read;
                int done = 0;
                for (int length; (length = buffer.AsSpan(done, have - done).IndexOf((byte)'\n')) >= 0; done += length + 1)
                    await TakeLineAsync(buffer.AsMemory(done, length));
                buffer.AsSpan(done, have - done).CopyTo(buffer);
                have -= done;
                if (have < buffer.Length) continue;
                if (have >= MaxLineBytes) break;
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or JsonException)
        {
            // Either way the conversation is over; who waits is told by the closed channel.
        }
        finally
        {
            _replies.Writer.TryComplete();
            _onEnd();
        }
    }

    private async ValueTask TakeLineAsync(ReadOnlyMemory<byte> line)
    {
        if (line.Span.Trim(" \t\r"u8).IsEmpty) return;
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("event", out JsonElement name)) _onEvent(name.GetString() ?? "", root.TryGetProperty("data", out JsonElement data) ? data : default);
        // What is left is the greeting, which asks for nothing.
        else if (root.TryGetProperty("return", out _) || root.TryGetProperty("error", out _)) await _replies.Writer.WriteAsync(root.Clone(), _stopping.Token);
    }
}
