using System.Buffers.Binary;

namespace Slipway.Amt.Kvm;

/// <summary>Pixels as they are (RFC 6143 §7.7.1), in one of the two formats we ask for.</summary>
internal static class RawPixels
{
    /// <param name="source">As many pixels as <paramref name="target"/> takes.</param>
    /// <param name="isWide">Two bytes for a pixel, the lower one first; else one.</param>
    public static void Read(ReadOnlySpan<byte> source, Span<ushort> target, bool isWide)
    {
        if (isWide)
            for (int i = 0; i < target.Length; i++) target[i] = BinaryPrimitives.ReadUInt16LittleEndian(source[(i * 2)..]);
        else
            for (int i = 0; i < target.Length; i++) target[i] = source[i];
    }
}
