using System.Buffers;

namespace Slipway.Amt.Redirection;

/// <summary>An open redirection session: the user is logged in, and what follows is the service's own protocol. One reader and one writer at a time.</summary>
public sealed class RedirectionSession : IAsyncDisposable
{
    /// <summary>How long each answer of the opening may take.</summary>
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(1);

    private const int BufferBytes = 16 * 1024;

    private readonly Stream _stream;
    private readonly AmtEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly byte[] _received = new byte[BufferBytes];
    private int _start;
    private int _end;

    private RedirectionSession(Stream stream, AmtEndpoint endpoint, TimeProvider time)
    {
        _stream = stream;
        _endpoint = endpoint;
        _time = time;
    }

    /// <summary>Major and minor release of the firmware, as the session reply told it.</summary>
    public Version FirmwareVersion { get; private set; } = new(0, 0);

    /// <summary>Connects, opens a session and logs in.</summary>
    /// <exception cref="AmtException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<RedirectionSession> OpenAsync(AmtTransport transport, RedirectionKind kind, TimeProvider time, CancellationToken ct)
    {
        AmtLink link = await transport.ConnectAsync(AmtPort.Redirection, ct);
        return await OpenAsync(link.Stream, transport.Endpoint, kind, time, ct);
    }

    /// <summary>The same over a connection that is there. It belongs to the session from here on, also when this fails.</summary>
    internal static async Task<RedirectionSession> OpenAsync(Stream stream, AmtEndpoint endpoint, RedirectionKind kind, TimeProvider time, CancellationToken ct)
    {
        var session = new RedirectionSession(stream, endpoint, time);
        try
        {
            await session.ShakeHandsAsync(new RedirectionHandshake(kind, endpoint), ct);
            return session;
        }
        catch
        {
            await session.GiveUpAsync();
            throw;
        }
    }

    // A session that was begun and not finished would stay in the way of the next until the firmware notices.
    private async Task GiveUpAsync()
    {
        using var deadline = new CancellationTokenSource(EndDeadline, _time);
        try
        {
            await EndAsync(deadline.Token);
        }
        catch (Exception e) when (e is AmtException or OperationCanceledException)
        {
            // It is gone already.
        }
        await DisposeAsync();
    }

    /// <summary>Bytes of the service, what came together with the login's last answer first. 0 = the firmware closed the connection.</summary>
    /// <exception cref="AmtException">SessionLost: the connection broke.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        if (_end > _start)
        {
            int taken = Math.Min(buffer.Length, _end - _start);
            _received.AsMemory(_start, taken).CopyTo(buffer);
            _start += taken;
            return taken;
        }
        try
        {
            return await _stream.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Lost(e);
        }
    }

    /// <summary>A whole message of the service.</summary>
    /// <exception cref="AmtException">SessionLost: the connection broke.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        try
        {
            await _stream.WriteAsync(message, ct);
            await _stream.FlushAsync(ct);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Lost(e);
        }
    }

    /// <summary>Says that the session ends, so that the firmware frees it at once.</summary>
    public Task EndAsync(CancellationToken ct) => WriteAsync(RedirectionMessage.End(), ct).AsTask();

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ShakeHandsAsync(RedirectionHandshake handshake, CancellationToken ct)
    {
        await WriteAsync(handshake.Begin(), ct);
        while (handshake.State != HandshakeState.Open)
        {
            byte[] next = handshake.State == HandshakeState.Starting
                ? handshake.On(await ReadMessageAsync<SessionReply>(RedirectionMessage.ReadReply, "session reply", ct))
                : handshake.On(await ReadMessageAsync<LoginReply>(RedirectionMessage.ReadLoginReply, "login reply", ct));
            if (next.Length > 0) await WriteAsync(next, ct);
        }
        FirmwareVersion = handshake.FirmwareVersion;
    }

    private delegate OperationStatus Reader<T>(ReadOnlySpan<byte> bytes, out T message, out int length);

    private async Task<T> ReadMessageAsync<T>(Reader<T> read, string what, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(AnswerDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        while (true)
        {
            switch (read(_received.AsSpan(_start, _end - _start), out T message, out int length))
            {
                case OperationStatus.Done:
                    _start += length;
                    return message;
                case OperationStatus.InvalidData:
                    throw new AmtException(AmtProblem.BadAnswer, $"{_endpoint.Host}: no {what} of AMT (it begins {Convert.ToHexString(_received.AsSpan(_start, Math.Min(16, _end - _start)))})");
            }
            if (_start > 0)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }
            int got;
            try
            {
                got = await _stream.ReadAsync(_received.AsMemory(_end), either.Token);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new AmtException(AmtProblem.TimedOut, $"{_endpoint.Host}: the {what} did not come within {AnswerDeadline.TotalSeconds:0} s", e);
            }
            catch (IOException e)
            {
                throw Lost(e);
            }
            if (got == 0) throw new AmtException(AmtProblem.SessionLost, $"{_endpoint.Host}: the firmware closed the connection where a {what} was due");
            _end += got;
        }
    }

    private AmtException Lost(Exception e) => new(AmtProblem.SessionLost, $"{_endpoint.Host}: the redirection connection broke: {e.Message}", e);
}
