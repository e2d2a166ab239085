using System.Buffers.Binary;

namespace Slipway.LabFile;

/// <summary>Tells from a kernel file's first bytes how it wants to be booted.</summary>
public static class KernelProbe
{
    /// <summary>How much of the file must be looked at: a Multiboot2 header may start anywhere in the first 32 KiB.</summary>
    public const int HeadBytes = 32 * 1024;

    // Linux Documentation/arch/x86/boot.rst: the setup header's magic, and its place.
    private const int SetupHeaderOffset = 0x202;

    // Linux Documentation/arch/arm64/booting.rst: the Image header's magic, and its place.
    private const int Arm64MagicOffset = 56;

    // Multiboot 0.6.96 §3.1.1: within the first 8 KiB, aligned 4, magic + flags + checksum = 0.
    private const uint MultibootMagic = 0x1BADB002;
    private const int MultibootSearchBytes = 8 * 1024;
    private const int MultibootHeaderBytes = 12;

    // Multiboot2 2.0 §3.1.1: within the first 32 KiB, aligned 8, magic + architecture + length + checksum = 0.
    private const uint Multiboot2Magic = 0xE85250D6;
    private const int Multiboot2HeaderBytes = 16;

    private static ReadOnlySpan<byte> SetupHeaderMagic => "HdrS"u8;

    private static ReadOnlySpan<byte> Arm64Magic => "ARM\x64"u8;

    /// <summary>The protocol, or null when the bytes show none. A kernel that has both Multiboot headers is taken for Multiboot2.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/> of the file, or all of it when it is shorter.</param>
    public static BootProtocol? Guess(ReadOnlySpan<byte> head)
    {
        if (HasAt(head, SetupHeaderOffset, SetupHeaderMagic) || HasAt(head, Arm64MagicOffset, Arm64Magic)) return BootProtocol.Linux;
        if (HasMultiboot2Header(head[..Math.Min(head.Length, HeadBytes)])) return BootProtocol.Multiboot2;
        if (HasMultibootHeader(head[..Math.Min(head.Length, MultibootSearchBytes)])) return BootProtocol.Multiboot;
        return null;
    }

    private static bool HasAt(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> magic) => head.Length >= offset && head[offset..].StartsWith(magic);

    private static bool HasMultibootHeader(ReadOnlySpan<byte> head)
    {
        for (; head.Length >= MultibootHeaderBytes; head = head[4..])
            if (Word(head, 0) == MultibootMagic && unchecked(MultibootMagic + Word(head, 1) + Word(head, 2)) == 0) return true;
        return false;
    }

    private static bool HasMultiboot2Header(ReadOnlySpan<byte> head)
    {
        for (; head.Length >= Multiboot2HeaderBytes; head = head[8..])
            if (Word(head, 0) == Multiboot2Magic && unchecked(Multiboot2Magic + Word(head, 1) + Word(head, 2) + Word(head, 3)) == 0) return true;
        return false;
    }

    private static uint Word(ReadOnlySpan<byte> head, int index) => BinaryPrimitives.ReadUInt32LittleEndian(head[(index * sizeof(uint))..]);
}
