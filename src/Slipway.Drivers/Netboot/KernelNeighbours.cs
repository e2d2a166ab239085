using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.Drivers.Netboot;

/// <summary>The kernel's IPv4 neighbours, from <c>/proc/net/arp</c>.</summary>
internal static class KernelNeighbours
{
    // IP address  HW type  Flags  HW address  Mask  Device
    private const int AddressColumn = 0;
    private const int MacColumn = 3;
    private const int DeviceColumn = 5;

    public static PhysicalAddress? Find(IPAddress address, string interfaceName)
    {
        string wanted = address.ToString();
        foreach (string line in File.ReadLines("/proc/net/arp").Skip(1))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length <= DeviceColumn || columns[AddressColumn] != wanted || columns[DeviceColumn] != interfaceName) continue;
            if (!PhysicalAddress.TryParse(columns[MacColumn].Replace(":", "", StringComparison.Ordinal).ToUpper(CultureInfo.InvariantCulture), out PhysicalAddress? mac)) continue;
            if (mac.GetAddressBytes().Any(b => b != 0)) return mac;
        }
        return null;
    }
}
