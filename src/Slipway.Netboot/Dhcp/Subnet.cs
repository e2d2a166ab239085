using System.Buffers.Binary;
using System.Net;

namespace Slipway.Netboot.Dhcp;

/// <summary>An IPv4 network, given by any address in it.</summary>
internal readonly record struct Subnet(IPAddress Member, int PrefixLength)
{
    public IPAddress Mask => Ipv4.Address(MaskBits);

    public IPAddress Broadcast => Ipv4.Address(Ipv4.Number(Member) | ~MaskBits);

    private uint MaskBits => uint.MaxValue << (32 - PrefixLength);

    public bool Contains(IPAddress address) => ((Ipv4.Number(Member) ^ Ipv4.Number(address)) & MaskBits) == 0;

    public override string ToString() => $"{Ipv4.Address(Ipv4.Number(Member) & MaskBits)}/{PrefixLength}";
}

/// <summary>IPv4 addresses as numbers, for ranges and masks.</summary>
internal static class Ipv4
{
    public static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out int written) && written == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new ArgumentException($"{address} is not an IPv4 address", nameof(address));
    }

    public static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
