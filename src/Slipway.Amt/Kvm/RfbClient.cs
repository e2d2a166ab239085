using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>What an update changed.</summary>
/// <param name="Changed">The parts that came, in the order they came.</param>
/// <param name="IsResized">The screen has another size, and is black but for what came after it.</param>
internal sealed record RfbUpdate(IReadOnlyList<RfbRectangle> Changed, bool IsResized);

/// <summary>Our half of an RFB connection to the firmware (RFC 6143): asks only for what the firmware can do and keeps the picture.</summary>
/// <remarks>One reader; any number of writers.</remarks>
internal sealed class RfbClient : IDisposable
{
    /// <summary>Raw pixels are read in bands of at most so many.</summary>
    private const int BandPixels = 32 * 1024;

    private static readonly RfbEncoding[] Encodings = [RfbEncoding.Zrle, RfbEncoding.Raw, RfbEncoding.DesktopSize];

    private readonly RfbInput _input;
    private readonly Stream _output;
    private readonly ZrleDecoder _zrle = new();

    // Two messages at a time would be two halves of each.
    private readonly SemaphoreSlim _writing = new(1);

    private RfbClient(RfbInput input, Stream output, FrameBuffer screen, string name)
    {
        (_input, _output) = (input, output);
        (Screen, Name) = (screen, name);
    }

    public FrameBuffer Screen { get; }

    /// <summary>What the screen calls itself.</summary>
    public string Name { get; }

    /// <summary>Goes through the opening and says how we want our pixels.</summary>
    /// <exception cref="AmtException">Also for a stream that ends.</exception>
    public static async Task<RfbClient> ConnectAsync(Stream stream, string? password, CancellationToken ct)
    {
        RfbClient? client = null;
        try
        {
            var input = new RfbInput(stream);
            RfbServerInit init = await RfbHandshake.RunAsync(input, stream, password, ct);
            if (init.Width == 0 || init.Height == 0) throw RfbProblems.NoPicture(null);
            RfbPixelFormat format = FrameBuffer.FormatFor(init.Width, init.Height) ?? throw TooLarge(init.Width, init.Height);
            client = new RfbClient(input, stream, new FrameBuffer(init.Width, init.Height, format), init.Name);
            await client.SendAsync(SetPixelFormat(format), ct);
            await client.SendAsync(SetEncodings(), ct);
            return client;
        }
        catch (IOException error)
        {
            client?.Dispose();
            throw RfbProblems.NoPicture(error);
        }
    }

    /// <summary>Asks for the whole screen: all of it, or what has changed since it was last sent.</summary>
    public Task RequestUpdateAsync(bool incremental, CancellationToken ct)
    {
        var message = new byte[RfbSize.UpdateRequest];
        message[0] = (byte)RfbClientMessage.FramebufferUpdateRequest;
        message[1] = incremental ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), (ushort)Screen.Width);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), (ushort)Screen.Height);
        return SendAsync(message, ct);
    }

    public Task SendKeyAsync(KeyStroke stroke, CancellationToken ct)
    {
        var message = new byte[RfbSize.KeyEvent];
        message[0] = (byte)RfbClientMessage.KeyEvent;
        message[1] = stroke.IsDown ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), stroke.Symbol);
        return SendAsync(message, ct);
    }

    /// <param name="buttons">Bit 0 left, 1 middle, 2 right, 3 and 4 the wheel.</param>
    public Task SendPointerAsync(int x, int y, byte buttons, CancellationToken ct)
    {
        var message = new byte[RfbSize.PointerEvent];
        message[0] = (byte)RfbClientMessage.PointerEvent;
        message[1] = buttons;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)x);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)y);
        return SendAsync(message, ct);
    }

    /// <summary>Reads one message and puts on the screen what it brings.</summary>
    /// <returns>Null for a message that brings no picture.</returns>
    /// <exception cref="AmtException">BadAnswer: nothing can be read after it.</exception>
    /// <exception cref="IOException">The stream ended or broke.</exception>
    public async Task<RfbUpdate?> ReadMessageAsync(CancellationToken ct)
    {
        var type = (RfbServerMessage)await _input.TakeByteAsync(ct);
        switch (type)
        {
            case RfbServerMessage.FramebufferUpdate:
                return await ReadUpdateAsync(ct);

            case RfbServerMessage.SetColourMapEntries:
                int colours = BinaryPrimitives.ReadUInt16BigEndian((await _input.TakeAsync(RfbSize.ColourMapHeader - 1, ct)).Span[3..]);
                await _input.SkipAsync(colours * RfbSize.ColourMapEntry, ct);
                return null;

            case RfbServerMessage.Bell:
                return null;

            case RfbServerMessage.ServerCutText:
                uint length = BinaryPrimitives.ReadUInt32BigEndian((await _input.TakeAsync(RfbSize.CutTextHeader - 1, ct)).Span[3..]);
                if (length > RfbSize.LongestCutText) throw RfbProblems.Bad($"a clipboard of {length} bytes");
                await _input.SkipAsync(length, ct);
                return null;

            default:
                throw RfbProblems.Bad($"a message of type {(byte)type}, which is none");
        }
    }

    public void Dispose()
    {
        _zrle.Dispose();
        _writing.Dispose();
    }

    private async Task<RfbUpdate> ReadUpdateAsync(CancellationToken ct)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian((await _input.TakeAsync(RfbSize.UpdateHeader - 1, ct)).Span[1..]);
        var changed = new List<RfbRectangle>();
        bool isResized = false;
        for (int i = 0; i < count; i++)
        {
            (RfbRectangle area, RfbEncoding encoding) = ReadRectangleHeader((await _input.TakeAsync(RfbSize.RectangleHeader, ct)).Span);
            if (encoding == RfbEncoding.DesktopSize)
            {
                Resize(area.Width, area.Height);
                changed.Clear();
                isResized = true;
                continue;
            }
            if (!Screen.Area.Contains(area)) throw RfbProblems.Bad($"a rectangle of {area} on a screen of {Screen.Width} × {Screen.Height}");
            switch (encoding)
            {
                case RfbEncoding.Raw:
                    await ReadRawAsync(area, ct);
                    break;
                case RfbEncoding.Zrle:
                    await ReadZrleAsync(area, ct);
                    break;
                default:
                    throw RfbProblems.Bad($"a rectangle in encoding {(int)encoding}, which it was not offered");
            }
            if (!area.IsEmpty) changed.Add(area);
        }
        return new RfbUpdate(changed, isResized);
    }

    private static (RfbRectangle Area, RfbEncoding Encoding) ReadRectangleHeader(ReadOnlySpan<byte> header) => (
        new RfbRectangle(
            BinaryPrimitives.ReadUInt16BigEndian(header),
            BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(header[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(header[6..])),
        (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(header[8..]));

    private async Task ReadRawAsync(RfbRectangle area, CancellationToken ct)
    {
        if (area.IsEmpty) return;
        bool isWide = Screen.Format.BytesPerPixel == 2;
        int lineBytes = area.Width * Screen.Format.BytesPerPixel;
        int bandLines = Math.Clamp(BandPixels / area.Width, 1, area.Height);
        byte[] band = ArrayPool<byte>.Shared.Rent(bandLines * lineBytes);
        try
        {
            for (int y = area.Y; y < area.Bottom; y += bandLines)
            {
                int lines = Math.Min(bandLines, area.Bottom - y);
                await _input.ReadAsync(band.AsMemory(0, lines * lineBytes), ct);
                lock (Screen.Gate)
                    for (int i = 0; i < lines; i++) RawPixels.Read(band.AsSpan(i * lineBytes, lineBytes), Screen.Line(area.X, y + i, area.Width), isWide);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(band);
        }
    }

    private async Task ReadZrleAsync(RfbRectangle area, CancellationToken ct)
    {
        uint length = await _input.TakeUInt32Async(ct);
        if (length > ZrleDecoder.MostBytes(area, Screen.Format.BytesPerPixel)) throw RfbProblems.Bad($"{length} compressed bytes for a rectangle of {area}");
        byte[] data = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            await _input.ReadAsync(data.AsMemory(0, (int)length), ct);
            OperationStatus status;
            lock (Screen.Gate) status = _zrle.Decode(data.AsMemory(0, (int)length), area, Screen);
            if (status == OperationStatus.NeedMoreData) throw RfbProblems.Bad($"the compressed data of a rectangle of {area} ends before it is full");
            if (status != OperationStatus.Done) throw RfbProblems.Bad($"the compressed data of a rectangle of {area} cannot be unpacked");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    private void Resize(int width, int height)
    {
        if (width == 0 || height == 0) throw RfbProblems.NoPicture(null);
        RfbPixelFormat needed = FrameBuffer.FormatFor(width, height) ?? throw TooLarge(width, height);
        // Pixels on their way may still be in the old format, and nothing tells them apart: a new connection does.
        if (needed.BytesPerPixel < Screen.Format.BytesPerPixel)
            throw new AmtException(AmtProblem.SessionLost, $"the screen (KVM) changed to {width} × {height}, which the firmware sends with fewer colours only; open the screen again");
        lock (Screen.Gate) Screen.Resize(width, height);
    }

    private static AmtException TooLarge(int width, int height) =>
        RfbProblems.Bad($"a screen of {width} × {height}, and the firmware's memory for a picture ends at {FrameBuffer.MostBytes} bytes");

    private async Task SendAsync(byte[] message, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            await _output.WriteAsync(message, ct);
            await _output.FlushAsync(ct);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static byte[] SetPixelFormat(RfbPixelFormat format)
    {
        var message = new byte[RfbSize.SetPixelFormat];
        message[0] = (byte)RfbClientMessage.SetPixelFormat;
        format.Write(message.AsSpan(4));
        return message;
    }

    private static byte[] SetEncodings()
    {
        var message = new byte[RfbSize.SetEncodingsHeader + Encodings.Length * sizeof(int)];
        message[0] = (byte)RfbClientMessage.SetEncodings;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)Encodings.Length);
        for (int i = 0; i < Encodings.Length; i++) BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(RfbSize.SetEncodingsHeader + i * sizeof(int)), (int)Encodings[i]);
        return message;
    }
}
