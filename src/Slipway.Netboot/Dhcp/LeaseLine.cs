using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.Netboot.Dhcp;

/// <summary>One line of the lease file: <c>check state address holder mac expires hostname</c>, separated by spaces, <c>-</c> for nothing.</summary>
internal static class LeaseLine
{
    private const int Fields = 7;
    private const string Nothing = "-";

    public static string Write(DhcpLease lease)
    {
        string mac = lease.Mac.GetAddressBytes() is { Length: > 0 } ? lease.Mac.ToString() : Nothing;
        string hostName = lease.HostName.Length > 0 ? lease.HostName : Nothing;
        string expires = lease.Expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string text = $"{lease.State} {lease.Address} {lease.Holder} {mac} {expires} {hostName}";
        return $"{Fnv1a.Hash(text):x8} {text}";
    }

    /// <summary>False for a torn or changed line.</summary>
    public static bool TryRead(string line, out DhcpLease lease)
    {
        lease = null!;
        string[] fields = line.Split(' ');
        if (fields.Length != Fields || fields[0] != Fnv1a.Hash(line[(fields[0].Length + 1)..]).ToString("x8", CultureInfo.InvariantCulture)) return false;
        if (!Enum.TryParse(fields[1], out DhcpLeaseState state) || !Enum.IsDefined(state)) return false;
        if (!IPAddress.TryParse(fields[2], out IPAddress? address)) return false;
        PhysicalAddress? mac = PhysicalAddress.None;
        if (fields[4] != Nothing && !PhysicalAddress.TryParse(fields[4], out mac)) return false;
        if (!long.TryParse(fields[5], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long expires)) return false;
        if (expires < 0 || expires > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return false;

        lease = new DhcpLease(address, fields[3], mac, state, DateTimeOffset.FromUnixTimeSeconds(expires), fields[6] == Nothing ? "" : fields[6]);
        return true;
    }
}
