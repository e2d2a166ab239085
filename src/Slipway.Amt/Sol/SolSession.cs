using System.Buffers;
using Slipway.Amt.Redirection;

namespace Slipway.Amt.Sol;

/// <summary>One serial-over-LAN session from its confirmed opening to its end. One reader; writers from any thread.</summary>
/// <remarks>Whoever reads also keeps the session alive: heartbeats and pings are answered between the host's bytes.</remarks>
public sealed class SolSession : IAsyncDisposable
{
    /// <summary>How long the firmware may take to confirm the opening, and the end.</summary>
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(2);

    /// <summary>A peer that misses so many heartbeats in a row is dead.</summary>
    private const int MissedHeartbeats = 4;

    /// <summary>Our own sign of life, as a part of the firmware's receive time-out.</summary>
    private const int SignsPerReceiveTimeout = 3;

    /// <summary>Keystrokes are sent in blocks that every firmware takes.</summary>
    private const int MaxInputBlock = 1000;
    private const int BufferBytes = 32 * 1024;

    private readonly RedirectionSession _session;
    private readonly SolOptions _options;
    private readonly TimeProvider _time;
    private readonly string _host;
    private readonly SemaphoreSlim _pen = new(1, 1);
    private readonly byte[] _received = new byte[BufferBytes];
    private int _start;
    private int _end;
    private int _dataLeft;
    private uint _sequence;
    private long _lastSent;
    private bool _ended;

    private SolSession(RedirectionSession session, SolOptions options, TimeProvider time, string host)
    {
        _session = session;
        _options = options;
        _time = time;
        _host = host;
        _lastSent = time.GetTimestamp();
    }

    /// <summary>Lines and flags as the firmware told them last; null before it did.</summary>
    public (SolLines Lines, SolStatus Flags)? Controls { get; private set; }

    /// <summary>Told of every change of lines and flags, by the reader.</summary>
    internal Action<SolLines, SolStatus>? ControlsSeen { get; set; }

    /// <summary>Connects, logs in, and waits until the firmware has confirmed that the host's output is carried from now on.</summary>
    /// <exception cref="AmtException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<SolSession> OpenAsync(AmtTransport transport, SolOptions options, TimeProvider time, CancellationToken ct) =>
        await OpenAsync(await RedirectionSession.OpenAsync(transport, RedirectionKind.Sol, time, ct), options, time, transport.Endpoint.Host, ct);

    /// <summary>The same over a redirection session that is there. It belongs to this one from here on, also when this fails.</summary>
    internal static async Task<SolSession> OpenAsync(RedirectionSession session, SolOptions options, TimeProvider time, string host, CancellationToken ct)
    {
        var sol = new SolSession(session, options, time, host);
        try
        {
            await sol.SendAsync(_ => SolMessage.Start(options), ct);
            SolMessage reply = await sol.NextAsync(AnswerDeadline, "the confirmation of serial over LAN", ct);
            if (reply.Type != SolMessageType.StartSolRedirectionReply) throw sol.Misplaced(reply.Type);
            if (reply.Status != 0)
                throw new AmtException(AmtProblem.Refused, $"{host}: the firmware refused to start serial over LAN with status {reply.Status}") { ReturnValue = reply.Status };
            return sol;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes of the host, waiting for at least one; 0 = the session was ended in order.</summary>
    /// <exception cref="AmtException">SessionLost: the connection broke or the peer is dead. BadAnswer: no message of SOL.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            if (_dataLeft > 0)
            {
                if (_end == _start) await FillAsync(DeadAfter, "a sign of life", ct);
                // What has come of a message is given at once: should the line break now, it is not lost.
                int taken = Math.Min(Math.Min(buffer.Length, _dataLeft), _end - _start);
                _received.AsMemory(_start, taken).CopyTo(buffer);
                _start += taken;
                _dataLeft -= taken;
                return taken;
            }
            SolMessage message = await NextAsync(DeadAfter, "a sign of life", ct);
            switch (message.Type)
            {
                case SolMessageType.DataFromHost:
                    _dataLeft = message.DataBytes;
                    break;
                case SolMessageType.ControlsFromHost:
                    Controls = (message.Lines, message.Flags);
                    ControlsSeen?.Invoke(message.Lines, message.Flags);
                    break;
                case SolMessageType.KeepAlivePing:
                    await SendAsync(sequence => SolMessage.Bare(SolMessageType.KeepAlivePong, sequence), ct);
                    break;
                case SolMessageType.Heartbeat:
                    await SendAsync(sequence => SolMessage.Bare(SolMessageType.Heartbeat, sequence), ct);
                    break;
                case SolMessageType.KeepAlivePong:
                    break;
                case SolMessageType.EndSolRedirectionReply:
                    _ended = true;
                    return 0;
                default:
                    throw Misplaced(message.Type);
            }
        }
    }

    /// <summary>Types. Long input goes in several messages, in order.</summary>
    /// <exception cref="AmtException">SessionLost.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(MaxInputBlock, bytes.Length)..])
        {
            ReadOnlyMemory<byte> block = bytes[..Math.Min(MaxInputBlock, bytes.Length)];
            await SendAsync(sequence => SolMessage.Data(block.Span, sequence), ct);
        }
    }

    /// <summary>Asserts DTR and RTS towards the host, in the only form ever seen on the wire. Optional: a host does not wait for it.</summary>
    public Task AssertLinesAsync(CancellationToken ct) => SendAsync(SolMessage.Controls, ct).AsTask();

    /// <summary>A BREAK cannot be sent: no console that works with real firmware sends one, so its bytes are not known.</summary>
    /// <exception cref="AmtException">Always, with what to do instead.</exception>
    public void SendBreak() => throw new AmtException(
        AmtProblem.FeatureAbsent,
        $"{_host}: serial over LAN has no BREAK that is proven on hardware; for Linux' SysRq type 'echo b > /proc/sysrq-trigger' or the key over KVM, for a backtrace use: slipway amt power nmi {_host}");

    /// <summary>Ends the session and waits until the firmware has confirmed it: from then on it takes power requests again. Nobody reads meanwhile.</summary>
    /// <returns>What the host still said.</returns>
    public async Task<byte[]> EndAsync(CancellationToken ct)
    {
        var rest = new List<byte>();
        byte[] buffer = new byte[BufferBytes];
        using var deadline = new CancellationTokenSource(EndDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await SendAsync(sequence => SolMessage.Bare(SolMessageType.EndSolRedirection, sequence), either.Token);
            for (int read; (read = await ReadAsync(buffer, either.Token)) > 0;) rest.AddRange(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is AmtException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            // Without a confirmation the connection is closed all the same, which firmware notices a little later.
        }
        _ended = true;
        return [.. rest];
    }

    /// <summary>Ends the session in order, so that the firmware frees it at once; what the host still sends is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(EndDeadline, _time);
        try
        {
            if (!_ended) await SendAsync(sequence => SolMessage.Bare(SolMessageType.EndSolRedirection, sequence), deadline.Token);
            await _session.EndAsync(deadline.Token);
        }
        catch (Exception e) when (e is AmtException or OperationCanceledException)
        {
            // It is gone already.
        }
        await _session.DisposeAsync();
    }

    private TimeSpan DeadAfter => _options.Heartbeat * MissedHeartbeats;

    private async ValueTask<SolMessage> NextAsync(TimeSpan within, string awaited, CancellationToken ct)
    {
        while (true)
        {
            switch (SolMessage.Read(_received.AsSpan(_start, _end - _start), out SolMessage message, out int length))
            {
                case OperationStatus.Done:
                    _start += length;
                    return message;
                case OperationStatus.InvalidData:
                    throw new AmtException(AmtProblem.BadAnswer, $"{_host}: 0x{_received[_start]:X2} is no message of serial over LAN; the stream cannot be read on");
            }
            await FillAsync(within, awaited, ct);
        }
    }

    private async ValueTask FillAsync(TimeSpan within, string awaited, CancellationToken ct)
    {
        if (_start == _end) _start = _end = 0;
        else if (_end == _received.Length || _start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }
        long begun = _time.GetTimestamp();
        while (true)
        {
            // Woken in between to give our own sign of life: a host that talks without pause may keep the firmware from its heartbeats.
            TimeSpan sign = _options.ReceiveTimeout / SignsPerReceiveTimeout;
            using var wake = new CancellationTokenSource(sign < within ? sign : within, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, wake.Token);
            try
            {
                int got = await _session.ReadAsync(_received.AsMemory(_end), either.Token);
                if (got == 0) throw new AmtException(AmtProblem.SessionLost, $"{_host}: the firmware closed the serial-over-LAN connection");
                _end += got;
                if (_time.GetElapsedTime(_lastSent) >= sign) await SendAsync(sequence => SolMessage.Bare(SolMessageType.Heartbeat, sequence), ct);
                return;
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                if (_time.GetElapsedTime(begun) >= within)
                    throw new AmtException(AmtProblem.SessionLost, $"{_host}: {awaited} did not come for {within.TotalSeconds:0} s: the firmware or the way to it is dead", e);
                await SendAsync(sequence => SolMessage.Bare(SolMessageType.Heartbeat, sequence), ct);
            }
        }
    }

    private async ValueTask SendAsync(Func<uint, byte[]> message, CancellationToken ct)
    {
        await _pen.WaitAsync(ct);
        try
        {
            await _session.WriteAsync(message(_sequence++), ct);
            _lastSent = _time.GetTimestamp();
        }
        finally
        {
            _pen.Release();
        }
    }

    private AmtException Misplaced(SolMessageType type) => new(AmtProblem.BadAnswer, $"{_host}: message 0x{(byte)type:X2} has no place in an open serial-over-LAN session");
}
