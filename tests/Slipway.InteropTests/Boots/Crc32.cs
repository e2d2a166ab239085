namespace Slipway.InteropTests.Boots;

/// <summary>The CRC-32 that the sample kernel prints of its modules (RFC 1952 §8), written down a second time so that one can be wrong.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>As eight lower-case hex digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
        }
        return (~crc).ToString("x8");
    }
}
