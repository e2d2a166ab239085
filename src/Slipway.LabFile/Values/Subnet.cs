using System.Net;

namespace Slipway.LabFile.Values;

/// <summary>An IPv4 subnet and our own address in it.</summary>
internal readonly record struct Subnet(IPAddress Own, int PrefixLength)
{
    private uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    public uint First => NetworkAddresses.Number(Own) & Mask;

    public uint Last => First | ~Mask;

    public bool Contains(IPAddress address) => (NetworkAddresses.Number(address) & Mask) == First;

    public override string ToString() => $"{NetworkAddresses.FromNumber(First)}/{PrefixLength}";
}
