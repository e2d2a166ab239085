using System.Text;

namespace Slipway.Netboot.Dhcp;

/// <summary>The 32-bit FNV-1a hash: spreads MACs over a range, and shows a torn line in the lease file. Not against malice.</summary>
internal static class Fnv1a
{
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    public static uint Hash(string text)
    {
        uint hash = Offset;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * Prime;
        return hash;
    }
}
