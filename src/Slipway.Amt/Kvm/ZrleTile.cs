namespace Slipway.Amt.Kvm;

/// <summary>How a tile of ZRLE is written (RFC 6143 §7.7.6): its first byte.</summary>
internal static class ZrleTile
{
    /// <summary>Width and height of a tile, in pixels; those at the right and lower edge are smaller.</summary>
    public const int Side = 64;

    public const byte Raw = 0;
    public const byte Solid = 1;

    /// <summary>2 to 16: as many colours, then an index of 1, 2 or 4 bits for each pixel, each line filled up to a byte.</summary>
    public const byte SmallestPackedPalette = 2;

    public const byte LargestPackedPalette = 16;

    /// <summary>Pixels and run lengths.</summary>
    public const byte PlainRuns = 128;

    /// <summary>130 to 255: 2 to 127 colours, then indices with a run length where the top bit is set.</summary>
    public const byte SmallestPaletteRuns = 130;

    /// <summary>On an index of palette runs: a run length follows.</summary>
    public const byte RunFollows = 0x80;

    /// <summary>A byte of a run length after which another one follows.</summary>
    public const byte LongerRun = 255;

    /// <summary>Bits of an index into a packed palette.</summary>
    public static int IndexBits(int colours) => colours <= 2 ? 1 : colours <= 4 ? 2 : 4;
}
