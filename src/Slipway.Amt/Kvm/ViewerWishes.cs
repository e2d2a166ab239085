namespace Slipway.Amt.Kvm;

/// <summary>What a viewer has asked for: how it wants its pixels, and which part of the screen next. Its reader sets it, its sender takes it.</summary>
/// <param name="screen">The screen's own format.</param>
/// <param name="size">What the viewer was told.</param>
internal sealed class ViewerWishes(RfbPixelFormat screen, ScreenSize size)
{
    private readonly Lock _gate = new();
    private PixelTranslation _translation = new(screen, RfbPixelFormat.Rgb888);
    private bool _knowsZrle, _knowsDesktopSize, _needsColourMap;
    private RfbRectangle? _asked;
    private ScreenSize _size = size;

    /// <summary>What a sender needs for one update.</summary>
    /// <param name="Area">The part that was asked for.</param>
    /// <param name="Size">What the viewer believes the screen to be.</param>
    public readonly record struct Snapshot(PixelTranslation Translation, bool KnowsZrle, bool KnowsDesktopSize, bool NeedsColourMap, RfbRectangle Area, ScreenSize Size);

    /// <summary>False when there is no such pixel.</summary>
    public bool TrySetFormat(RfbPixelFormat format)
    {
        if (!format.IsUsable) return false;
        // A viewer with 256 colours of its own choice gets ours: three bits of red and green, two of blue.
        var translation = new PixelTranslation(screen, format.TrueColour ? format : RfbPixelFormat.Rgb332);
        lock (_gate) (_translation, _needsColourMap) = (translation, !format.TrueColour);
        return true;
    }

    public void SetEncodings(bool knowsZrle, bool knowsDesktopSize)
    {
        lock (_gate) (_knowsZrle, _knowsDesktopSize) = (knowsZrle, knowsDesktopSize);
    }

    public void Ask(RfbRectangle area)
    {
        lock (_gate) _asked = _asked is { } earlier ? earlier.Around(area) : area;
    }

    /// <summary>What to do now; null while nothing is asked for. The question stays until <see cref="Answer"/>.</summary>
    public Snapshot? Peek()
    {
        lock (_gate) return _asked is { } area ? new Snapshot(_translation, _knowsZrle, _knowsDesktopSize, _needsColourMap, area, _size) : null;
    }

    /// <summary>An update is about to go out. What was asked for since the snapshot stays asked for.</summary>
    public void Answer(Snapshot snapshot, ScreenSize size)
    {
        lock (_gate)
        {
            if (_asked == snapshot.Area) _asked = null;
            if (_translation == snapshot.Translation) _needsColourMap = false;
            _size = size;
        }
    }
}
