using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Netboot.HttpBoot;

/// <summary>One client's connection: requests in, files out, one after the other.</summary>
internal sealed class HttpConnection(
    Socket socket, BootHttpServerOptions options, IBootAuthority authority, FactOutlet facts, TimeProvider time, bool isBusy)
{
    private const int SendBufferBytes = 64 * 1024;

    /// <summary>For a client to read our last answer and close.</summary>
    private static readonly TimeSpan LingerDeadline = TimeSpan.FromSeconds(1);

    private readonly IPAddress _client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
    private readonly IPAddress _local = ((IPEndPoint)socket.LocalEndPoint!).Address;
    private byte[] _received = new byte[2048];
    private int _length;

    /// <summary>Ends with the connection; never fails.</summary>
    public Task Served { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to serve; called once.</summary>
    public void Begin(Action<HttpConnection> ended, CancellationToken ct) => Served = ServeAsync(ended, ct);

    private async Task ServeAsync(Action<HttpConnection> ended, CancellationToken stop)
    {
        await Task.Yield(); // the listener goes on at once
        using CancellationTokenSource idle = new(options.IdleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop);
        try
        {
            socket.NoDelay = true; // a head and a short body are two sends
            while (await ReadRequestAsync(idle, either.Token) is { } request && await AnswerAsync(request, idle, either.Token))
            {
            }
            // Closing with unread bytes would reset the connection and take our last answer with it.
            socket.Shutdown(SocketShutdown.Send);
            idle.CancelAfter(LingerDeadline);
            while (await socket.ReceiveAsync(_received.AsMemory(), SocketFlags.None, either.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // Idle, stopped or broken: what was under way has said so in its fact.
        }
        finally
        {
            socket.Dispose();
            ended(this);
        }
    }

    /// <returns>Null when the client has closed, or sent what cannot be read and was told so.</returns>
    private async Task<HttpBootRequest?> ReadRequestAsync(CancellationTokenSource idle, CancellationToken ct)
    {
        if (isBusy)
        {
            await SendTextAsync(HttpStatus.Busy, $"{options.MaxConnections} connections are open\n", isHead: false, isKeepAlive: false, ct);
            return null;
        }
        // One deadline for a whole request: a client that sends a byte now and then gets no further than a silent one.
        idle.CancelAfter(options.IdleTimeout);
        while (true)
        {
            OperationStatus status = HttpRequestReader.Read(
                _received.AsSpan(0, _length), out HttpBootRequest? request, out int consumed, out HttpDefect defect);
            if (status == OperationStatus.Done)
            {
                _received.AsSpan(consumed, _length - consumed).CopyTo(_received);
                _length -= consumed;
                return request;
            }
            if (status == OperationStatus.InvalidData)
            {
                facts.Put(new BadPacketSeen(time.GetTimestamp(), "HTTP", socket.RemoteEndPoint!, defect.ToString()));
                await SendTextAsync(StatusOf(defect), $"{defect}\n", isHead: false, isKeepAlive: false, ct);
                return null;
            }
            // The reader calls longer requests invalid, so this ends at its limits.
            if (_length == _received.Length) Array.Resize(ref _received, _received.Length * 2);
            int count = await socket.ReceiveAsync(_received.AsMemory(_length), SocketFlags.None, ct);
            if (count == 0) return null;
            _length += count;
        }
    }

    private static HttpStatus StatusOf(HttpDefect defect) => defect switch
    {
        HttpDefect.RequestLineTooLong => HttpStatus.TargetTooLong,
        HttpDefect.HeadersTooLarge => HttpStatus.HeadersTooLarge,
        HttpDefect.UnsupportedVersion => HttpStatus.UnsupportedVersion,
        _ => HttpStatus.BadRequest,
    };

    /// <returns>False when the connection ends.</returns>
    private async Task<bool> AnswerAsync(HttpBootRequest request, CancellationTokenSource idle, CancellationToken ct)
    {
        idle.CancelAfter(options.IdleTimeout);
        if (request.Method == HttpBootMethod.Other)
        {
            await SendTextAsync(HttpStatus.MethodNotAllowed, $"{request.MethodName} is not allowed here\n", isHead: false, isKeepAlive: false, ct);
            return false;
        }

        long began = time.GetTimestamp();
        bool isNamed = BootPath.TryNormalise(request.Path, out string name);
        var file = new FileRequest(name, request.Path, _client, _local, IsHttp: true);
        facts.Put(new FileRequested(began, file));
        FileAnswer answer = isNamed
            ? await OpenAsync(file)
            : new FileAnswer.Refuse($"'{request.Path}' is no name of a file in the served tree", Expected: false);
        if (answer is FileAnswer.Refuse refuse)
        {
            facts.Put(new FileNotSent(time.GetTimestamp(), file, refuse.Label, refuse.Reason, refuse.Expected, 0));
            await SendTextAsync(HttpStatus.NotFound, refuse.Reason + "\n", request.Method == HttpBootMethod.Head, request.IsKeepAlive, ct);
            return request.IsKeepAlive;
        }
        var send = (FileAnswer.Send)answer;
        using BootContent content = send.Content;
        idle.CancelAfter(options.IdleTimeout); // a file under construction may have been waited for
        await SendFileAsync(request, file, send, began, idle, ct);
        return request.IsKeepAlive;
    }

    /// <summary>On a thread of its own: a snapshot may wait for a linker, and the pool's threads belong to the other clients.</summary>
    private async Task<FileAnswer> OpenAsync(FileRequest file)
    {
        try
        {
            return await Task.Factory.StartNew(
                () => authority.Open(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new FileAnswer.Refuse($"{e.GetType().Name}: {e.Message}", Expected: false);
        }
    }

    private async Task SendFileAsync(
        HttpBootRequest request, FileRequest file, FileAnswer.Send send, long began, CancellationTokenSource idle, CancellationToken ct)
    {
        BootContent content = send.Content;
        string etag = $"\"{content.Sha256}\"";
        (HttpStatus status, long offset, long count) = (HttpStatus.Ok, 0L, content.Length);
        (string? contentRange, string words) = ((string?)null, "");
        // Another file than the one the client has the beginning of is sent whole (RFC 9110 §13.1.5).
        if (request.Range is { } range && (request.IfRange is null || request.IfRange == etag))
        {
            if (!range.TryResolve(content.Length, out offset, out count))
            {
                await SendTextAsync(HttpStatus.RangeNotSatisfiable, $"{file.Name} has {content.Length} bytes\n",
                    request.Method == HttpBootMethod.Head, request.IsKeepAlive, ct, $"bytes */{content.Length}");
                facts.Put(new FileNotSent(time.GetTimestamp(), file, send.Label, $"the range lies beyond the file's {content.Length} bytes", false, 0));
                return;
            }
            (status, contentRange) = (HttpStatus.PartialContent, $"bytes {offset}-{offset + count - 1}/{content.Length}");
            words = $"range {offset}-{offset + count - 1}";
        }

        string type = send.ContentType == BootMediaType.Bytes ? BootMediaType.Of(file.Name) : send.ContentType;
        var head = new HttpResponseHead(status, count, type, request.IsKeepAlive, time.GetUtcNow()) { ETag = etag, ContentRange = contentRange };
        bool isHead = request.Method == HttpBootMethod.Head;
        long sent = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(SendBufferBytes);
        try
        {
            await SendAllAsync(head.ToBytes(), ct);
            if (!isHead)
            {
                await FileSender.SendAsync(socket, content, offset, count, buffer, moved =>
                {
                    sent += moved;
                    idle.CancelAfter(options.IdleTimeout);
                }, ct);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            string reason = e is not OperationCanceledException ? $"the connection broke: {e.Message}"
                : idle.IsCancellationRequested ? $"the client took nothing for {options.IdleTimeout.TotalSeconds:0.#} s"
                : "the server stops";
            facts.Put(new FileNotSent(time.GetTimestamp(), file, send.Label, reason, false, sent));
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        // The kernel has it all; TCP tells nobody when the other end has. A connection that breaks now shows in what the machine does next.
        facts.Put(new FileTransferred(
            time.GetTimestamp(), file, send.Label, sent, time.GetElapsedTime(began), 0, content.Sha256, isHead ? "HEAD" : words));
    }

    private Task SendTextAsync(HttpStatus status, string text, bool isHead, bool isKeepAlive, CancellationToken ct, string? contentRange = null)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        var head = new HttpResponseHead(status, body.Length, BootMediaType.Text, isKeepAlive, time.GetUtcNow()) { ContentRange = contentRange };
        return SendAllAsync(isHead ? head.ToBytes() : [.. head.ToBytes(), .. body], ct);
    }

    private async Task SendAllAsync(byte[] bytes, CancellationToken ct)
    {
        for (int done = 0; done < bytes.Length;) done += await socket.SendAsync(bytes.AsMemory(done), SocketFlags.None, ct);
    }
}
