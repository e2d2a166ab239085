using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Lab;

namespace Slipway.Drivers.Qemu;

/// <summary>QEMU's machine protocol over a unix socket: one JSON object a line, events between a command and its reply (docs/interop/qmp-spec).</summary>
/// <remarks>Commands go one at a time; any thread may send one.</remarks>
internal sealed class QmpClient : IAsyncDisposable
{
    private static readonly TimeSpan ReplyDeadline = TimeSpan.FromSeconds(20);
    // 4 MiB: no reply of the commands used here comes near.
    private const int MaxLineBytes = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Channel<JsonElement> _replies = Channel.CreateBounded<JsonElement>(new BoundedChannelOptions(16) { SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reader;

    private QmpClient(Socket socket, TimeProvider time)
    {
        _socket = socket;
        _time = time;
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Completes when QEMU closed the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Connects and negotiates. A <see cref="SocketException"/> says that nobody listens.</summary>
    public static async Task<QmpClient> ConnectAsync(string path, TimeProvider time, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            var client = new QmpClient(socket, time);
            await client.ExecuteAsync("qmp_capabilities", null, ct);
            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and awaits its reply.</summary>
    /// <exception cref="DeviceException">QEMU refused it, is gone, or does not answer.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(ReplyDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        await _turn.WaitAsync(either.Token);
        try
        {
            await _socket.SendAsync(Message(command, arguments), either.Token);
            JsonElement reply = await _replies.Reader.ReadAsync(either.Token);
            if (reply.TryGetProperty("return", out JsonElement value)) return value;
            string reason = reply.TryGetProperty("error", out JsonElement error) && error.TryGetProperty("desc", out JsonElement text) ? text.GetString() ?? "" : "no reason given";
            throw new DeviceException("SLP5101", $"QEMU refused '{command}': {reason}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new DeviceException("SLP5102", $"QEMU did not answer '{command}' within {ReplyDeadline.TotalSeconds:0} s; it may be stopped by a debugger or out of memory");
        }
        catch (Exception e) when (e is ChannelClosedException or SocketException)
        {
            throw new DeviceException("SLP5103", $"QEMU ended before it answered '{command}'", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
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
        var lines = new LineSplitter(MaxLineBytes);
        byte[] buffer = new byte[8192];
        try
        {
            for (int read; (read = await _socket.ReceiveAsync(buffer, _stopping.Token)) > 0;)
            {
                foreach (string line in lines.Add(buffer.AsSpan(0, read)))
                {
                    using JsonDocument document = JsonDocument.Parse(line);
                    // The greeting and events are not replies.
                    if (document.RootElement.TryGetProperty("return", out _) || document.RootElement.TryGetProperty("error", out _))
                        await _replies.Writer.WriteAsync(document.RootElement.Clone(), _stopping.Token);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or JsonException or InvalidDataException)
        {
            // Either way the conversation is over; who waits is told by the closed channel.
        }
        finally
        {
            _replies.Writer.TryComplete();
            _ended.TrySetResult();
        }
    }
}

/// <summary>Cuts a byte stream at line ends, whatever the reads' sizes.</summary>
internal sealed class LineSplitter(int maxBytes)
{
    private readonly List<byte> _rest = [];

    /// <exception cref="InvalidDataException">A line is longer than allowed.</exception>
    public IReadOnlyList<string> Add(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        foreach (byte b in bytes)
        {
            if (b == '\n')
            {
                if (_rest.Count > 0) lines.Add(Encoding.UTF8.GetString([.. _rest]));
                _rest.Clear();
            }
            else
            {
                if (_rest.Count == maxBytes) throw new InvalidDataException($"a line of over {maxBytes} bytes");
                if (b != '\r') _rest.Add(b);
            }
        }
        return lines;
    }
}
