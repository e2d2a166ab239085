namespace Slipway.Amt.Kvm;

/// <summary>Which pixels of a screen have come since it was asked for as a whole. Not for several threads.</summary>
/// <remarks>Counted pixel by pixel: some firmware sends a whole screen in several updates, and parts of them twice.</remarks>
internal sealed class Coverage(int width, int height)
{
    private readonly bool[] _seen = new bool[width * height];

    /// <summary>Pixels still to come.</summary>
    public int Missing { get; private set; } = width * height;

    public void Add(RfbRectangle area)
    {
        RfbRectangle inside = area.Intersect(new RfbRectangle(0, 0, width, height));
        for (int y = inside.Y; y < inside.Bottom && Missing > 0; y++)
        {
            Span<bool> line = _seen.AsSpan(y * width + inside.X, inside.Width);
            Missing -= line.Count(false);
            line.Fill(true);
        }
    }
}
