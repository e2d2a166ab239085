namespace Slipway.Amt.Kvm;

/// <summary>A part of a screen, in pixels from its upper left corner.</summary>
internal readonly record struct RfbRectangle(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public long Area => (long)Width * Height;

    public bool IsEmpty => Width <= 0 || Height <= 0;

    public bool Contains(RfbRectangle other) => other.X >= X && other.Y >= Y && other.Right <= Right && other.Bottom <= Bottom;

    /// <summary>What lies in both; empty when nothing does.</summary>
    public RfbRectangle Intersect(RfbRectangle other)
    {
        int x = Math.Max(X, other.X), y = Math.Max(Y, other.Y);
        return new RfbRectangle(x, y, Math.Max(0, Math.Min(Right, other.Right) - x), Math.Max(0, Math.Min(Bottom, other.Bottom) - y));
    }

    /// <summary>The smallest rectangle around both.</summary>
    public RfbRectangle Around(RfbRectangle other)
    {
        int x = Math.Min(X, other.X), y = Math.Min(Y, other.Y);
        return new RfbRectangle(x, y, Math.Max(Right, other.Right) - x, Math.Max(Bottom, other.Bottom) - y);
    }

    public override string ToString() => $"{Width} × {Height} at {X}, {Y}";
}
