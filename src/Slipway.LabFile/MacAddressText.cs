using System.Net.NetworkInformation;

namespace Slipway.LabFile;

/// <summary>How a MAC is written everywhere: <c>00:1b:21:41:cf:4c</c>.</summary>
public static class MacAddressText
{
    public static string Spelt(this PhysicalAddress mac) => string.Join(':', Array.ConvertAll(mac.GetAddressBytes(), octet => octet.ToString("x2")));
}
