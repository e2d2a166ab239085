using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>Sends one viewer what it asks for and what changed: never more than one band of the screen is in memory for it, however slow it is.</summary>
internal sealed class ViewerSender(KvmSession session, ScreenWatcher watcher, ViewerWishes wishes, Stream output, TimeProvider time) : IDisposable
{
    /// <summary>Rectangles are cut into bands of at most so many pixels (but at least one line).</summary>
    private const int BandPixels = 64 * 1024;

    /// <summary>A viewer that takes nothing for so long is gone.</summary>
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(60);

    private readonly ZrleEncoder _zrle = new();
    private ushort[] _pixels = [];
    private byte[] _message = [];

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await watcher.WaitAsync(ct);
            if (wishes.Peek() is not { } wish) continue;

            ScreenSize now = session.Size;
            if (now != wish.Size && wish.KnowsDesktopSize)
            {
                wishes.Answer(wish, now);
                watcher.Mark([new RfbRectangle(0, 0, now.Width, now.Height)]);
                await SendSizeAsync(now, ct);
                continue;
            }

            // A viewer that does not know of other sizes sees the part that fits into its own, and black around it.
            IReadOnlyList<RfbRectangle> changed = watcher.Take(wish.Area.Intersect(new RfbRectangle(0, 0, wish.Size.Width, wish.Size.Height)));
            if (changed.Count == 0) continue;
            wishes.Answer(wish, wish.Size);
            if (wish.NeedsColourMap) await SendColourMapAsync(ct);
            await SendUpdateAsync(Bands(changed), wish, ct);
        }
    }

    public void Dispose() => _zrle.Dispose();

    private static List<RfbRectangle> Bands(IReadOnlyList<RfbRectangle> changed)
    {
        var bands = new List<RfbRectangle>();
        foreach (RfbRectangle area in changed)
        {
            int lines = Math.Max(1, BandPixels / area.Width);
            // Whole tiles, so that ZRLE need not cut them.
            if (lines > ZrleTile.Side) lines -= lines % ZrleTile.Side;
            for (int y = area.Y; y < area.Bottom; y += lines) bands.Add(area with { Y = y, Height = Math.Min(lines, area.Bottom - y) });
        }
        return bands;
    }

    private async Task SendUpdateAsync(List<RfbRectangle> bands, ViewerWishes.Snapshot wish, CancellationToken ct)
    {
        // Many viewers wait for the rest of a header that comes alone, so it goes with the first band.
        int at = WriteUpdateHeader(Room(RfbSize.UpdateHeader), bands.Count);
        foreach (RfbRectangle band in bands)
        {
            CopyPixels(band);
            at += WriteBand(at, band, wish);
            await SendAsync(at, ct);
            at = 0;
        }
    }

    private int WriteBand(int at, RfbRectangle band, ViewerWishes.Snapshot wish)
    {
        ReadOnlySpan<ushort> pixels = _pixels.AsSpan(0, (int)band.Area);
        if (wish.KnowsZrle)
        {
            ReadOnlySpan<byte> data = _zrle.Encode(pixels, band.Width, band.Height, wish.Translation).Span;
            Span<byte> target = Room(at + RfbSize.RectangleHeader + sizeof(int) + data.Length)[at..];
            WriteRectangleHeader(target, band, RfbEncoding.Zrle);
            BinaryPrimitives.WriteInt32BigEndian(target[RfbSize.RectangleHeader..], data.Length);
            data.CopyTo(target[(RfbSize.RectangleHeader + sizeof(int))..]);
            return RfbSize.RectangleHeader + sizeof(int) + data.Length;
        }

        int length = RfbSize.RectangleHeader + pixels.Length * wish.Translation.BytesPerPixel;
        Span<byte> raw = Room(at + length)[at..];
        WriteRectangleHeader(raw, band, RfbEncoding.Raw);
        wish.Translation.Write(pixels, raw[RfbSize.RectangleHeader..]);
        return length;
    }

    /// <summary>Copies a band of the screen, black where the screen has none: it may just have become smaller.</summary>
    private void CopyPixels(RfbRectangle band)
    {
        if (_pixels.Length < band.Area) _pixels = new ushort[band.Area];
        Span<ushort> pixels = _pixels.AsSpan(0, (int)band.Area);
        FrameBuffer screen = session.Screen;
        lock (screen.Gate)
        {
            RfbRectangle there = band.Intersect(screen.Area);
            if (there != band) pixels.Clear();
            if (there.IsEmpty) return;
            for (int y = 0; y < there.Height; y++) screen.Line(there.X, there.Y + y, there.Width).CopyTo(pixels[(y * band.Width)..]);
        }
    }

    private Task SendSizeAsync(ScreenSize size, CancellationToken ct)
    {
        Span<byte> message = Room(RfbSize.UpdateHeader + RfbSize.RectangleHeader);
        WriteUpdateHeader(message, 1);
        WriteRectangleHeader(message[RfbSize.UpdateHeader..], new RfbRectangle(0, 0, size.Width, size.Height), RfbEncoding.DesktopSize);
        return SendAsync(message.Length, ct);
    }

    private Task SendColourMapAsync(CancellationToken ct)
    {
        const int Colours = 256;
        Span<byte> message = Room(RfbSize.ColourMapHeader + Colours * RfbSize.ColourMapEntry);
        message.Clear();
        message[0] = (byte)RfbServerMessage.SetColourMapEntries;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], Colours);
        for (int i = 0; i < Colours; i++)
        {
            uint colour = RfbPixelFormat.Rgb332.ToRgb((uint)i);
            Span<byte> entry = message[(RfbSize.ColourMapHeader + i * RfbSize.ColourMapEntry)..];
            // 16 bits for a colour, so that 255 is 65,535.
            for (int part = 0; part < 3; part++) entry[part * 2] = entry[part * 2 + 1] = (byte)(colour >> (16 - part * 8));
        }
        return SendAsync(message.Length, ct);
    }

    private static int WriteUpdateHeader(Span<byte> target, int rectangles)
    {
        target[0] = (byte)RfbServerMessage.FramebufferUpdate;
        target[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)rectangles);
        return RfbSize.UpdateHeader;
    }

    private static void WriteRectangleHeader(Span<byte> target, RfbRectangle area, RfbEncoding encoding)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)area.X);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)area.Y);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], (ushort)area.Width);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)area.Height);
        BinaryPrimitives.WriteInt32BigEndian(target[8..], (int)encoding);
    }

    /// <summary>The message's first bytes; what was written to it before stays.</summary>
    private Span<byte> Room(int length)
    {
        if (_message.Length < length) Array.Resize(ref _message, length);
        return _message.AsSpan(0, length);
    }

    private async Task SendAsync(int length, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(WriteDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        await output.WriteAsync(_message.AsMemory(0, length), either.Token);
    }
}
