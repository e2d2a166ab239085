using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>One viewer that looks at a session's screen through the listener: from its greeting to its end.</summary>
internal sealed class RfbViewer(KvmSession session, ViewerInput actions, Stream stream, TimeProvider time)
{
    /// <summary>For a person who types a password.</summary>
    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromMinutes(1);

    /// <summary>Keys one viewer may hold; more are no hands.</summary>
    private const int MostKeysDown = 32;

    private readonly RfbInput _input = new(stream);
    private readonly HashSet<uint> _keysDown = [];
    private ViewerAction _pointer;

    /// <summary>Returns when the viewer has gone, or was sent away.</summary>
    /// <param name="refusal">Why it cannot be let in; null = it can.</param>
    public async Task RunAsync(string? password, string? refusal, CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            if (await ShakeHandsAsync(password, refusal, end.Token) is not { } size) return;
            using ScreenWatcher watcher = session.Watch();
            var wishes = new ViewerWishes(session.Screen.Format, size);
            using var sender = new ViewerSender(session, watcher, wishes, stream, time);
            Task reading = ReadAsync(wishes, watcher, end.Token), sending = sender.RunAsync(end.Token);
            await Task.WhenAny(reading, sending, session.Ended);
            await end.CancelAsync();
            await Task.WhenAll(reading, sending);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException or System.Threading.Channels.ChannelClosedException)
        {
            // A viewer went: nothing that anybody must hear of.
        }
        finally
        {
            await stream.DisposeAsync();
            await ReleaseAsync(ct);
        }
    }

    private async Task<ScreenSize?> ShakeHandsAsync(string? password, string? refusal, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(HandshakeDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        ScreenSize size = default;
        bool isIn = await new ViewerHandshake(_input, stream, time).RunAsync(password, refusal, () => (size = session.Size, session.Name), either.Token);
        return isIn ? size : null;
    }

    /// <summary>Reads until the viewer closes, or says what no viewer may.</summary>
    private async Task ReadAsync(ViewerWishes wishes, ScreenWatcher watcher, CancellationToken ct)
    {
        while (true)
        {
            switch ((RfbClientMessage)await _input.TakeByteAsync(ct))
            {
                case RfbClientMessage.SetPixelFormat:
                    if (!wishes.TrySetFormat(RfbPixelFormat.Read((await _input.TakeAsync(RfbSize.SetPixelFormat - 1, ct)).Span[3..]))) return;
                    break;
                case RfbClientMessage.SetEncodings:
                    await ReadEncodingsAsync(wishes, ct);
                    break;
                case RfbClientMessage.FramebufferUpdateRequest:
                    ReadRequest((await _input.TakeAsync(RfbSize.UpdateRequest - 1, ct)).Span, wishes, watcher);
                    break;
                case RfbClientMessage.KeyEvent:
                    if (ReadKey((await _input.TakeAsync(RfbSize.KeyEvent - 1, ct)).Span) is { } key) await actions.AddAsync(key, ct);
                    break;
                case RfbClientMessage.PointerEvent:
                    _pointer = ReadPointer((await _input.TakeAsync(RfbSize.PointerEvent - 1, ct)).Span);
                    await actions.AddAsync(_pointer, ct);
                    break;
                case RfbClientMessage.ClientCutText:
                    uint length = BinaryPrimitives.ReadUInt32BigEndian((await _input.TakeAsync(RfbSize.CutTextHeader - 1, ct)).Span[3..]);
                    if (length > RfbSize.LongestCutText) return;
                    await _input.SkipAsync(length, ct);
                    break;
                default:
                    return;
            }
        }
    }

    private async Task ReadEncodingsAsync(ViewerWishes wishes, CancellationToken ct)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian((await _input.TakeAsync(RfbSize.SetEncodingsHeader - 1, ct)).Span[1..]);
        bool knowsZrle = false, knowsDesktopSize = false;
        for (int i = 0; i < count; i++)
        {
            var encoding = (RfbEncoding)(int)await _input.TakeUInt32Async(ct);
            knowsZrle |= encoding == RfbEncoding.Zrle;
            knowsDesktopSize |= encoding == RfbEncoding.DesktopSize;
        }
        wishes.SetEncodings(knowsZrle, knowsDesktopSize);
    }

    private static void ReadRequest(ReadOnlySpan<byte> message, ViewerWishes wishes, ScreenWatcher watcher)
    {
        var area = new RfbRectangle(
            BinaryPrimitives.ReadUInt16BigEndian(message[1..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[3..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[5..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[7..]));
        wishes.Ask(area);
        bool isIncremental = message[0] != 0;
        if (isIncremental) watcher.Wake();
        else watcher.Mark([area]);
    }

    private ViewerAction? ReadKey(ReadOnlySpan<byte> message)
    {
        var stroke = new KeyStroke(message[0] != 0, BinaryPrimitives.ReadUInt32BigEndian(message[3..]));
        if (!stroke.IsDown) _keysDown.Remove(stroke.Symbol);
        else if (_keysDown.Count < MostKeysDown) _keysDown.Add(stroke.Symbol);
        else if (!_keysDown.Contains(stroke.Symbol)) return null;
        return new ViewerAction { Key = stroke };
    }

    private static ViewerAction ReadPointer(ReadOnlySpan<byte> message) => new()
    {
        Buttons = message[0],
        X = BinaryPrimitives.ReadUInt16BigEndian(message[1..]),
        Y = BinaryPrimitives.ReadUInt16BigEndian(message[3..]),
    };

    /// <summary>Lets go of what the viewer held when it went; a key that stays down repeats itself on the machine.</summary>
    private async Task ReleaseAsync(CancellationToken ct)
    {
        try
        {
            foreach (uint symbol in _keysDown) await actions.AddAsync(new ViewerAction { Key = new KeyStroke(false, symbol) }, ct);
            if (_pointer.Buttons != 0) await actions.AddAsync(_pointer with { Buttons = 0 }, ct);
        }
        catch (Exception error) when (error is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // The session is over, and the firmware lets go by itself.
        }
    }
}
