using System.Net;
using Slipway.LabFile;
using Slipway.Output;

namespace Slipway;

/// <summary>The lab of a command line that names an interface instead of a lab file.</summary>
internal static class InterfaceLab
{
    /// <param name="interfaceName">The interface to serve on.</param>
    /// <param name="mode"><c>proxy</c>, <c>full</c> or <c>off</c>.</param>
    /// <param name="range">Addresses to give out, <c>FIRST-LAST</c>; needed for <c>full</c>, refused otherwise.</param>
    public static LabDescription Make(string interfaceName, string mode, string? range)
    {
        if (interfaceName == NetworkDescription.VirtualInterface)
            throw new UsageException("SLP7110", "a virtual network has machines, and they stand in a lab file; use one, or name a real interface");
        if (mode == "full" && range is null)
            throw new UsageException("SLP7111", "--dhcp full needs --range FIRST-LAST: the addresses that are free to give out");
        if (mode != "full" && range is not null)
            throw new UsageException("SLP7111", "--range goes with --dhcp full: a proxy gives out no addresses");

        (IPAddress? first, IPAddress? last) = (null, null);
        if (range is not null)
        {
            string[] ends = range.Split('-');
            if (ends.Length != 2 || !IPAddress.TryParse(ends[0], out first) || !IPAddress.TryParse(ends[1], out last))
                throw new UsageException("SLP7112", $"--range is FIRST-LAST, such as 192.168.7.100-192.168.7.150; found '{range}'");
        }
        return new LabDescription
        {
            Name = "netboot-" + interfaceName,
            Path = "(command line)",
            Network = new NetworkDescription
            {
                Interface = interfaceName,
                Dhcp = new DhcpDescription
                {
                    Mode = mode switch { "full" => DhcpMode.Full, "off" => DhcpMode.Off, _ => DhcpMode.Proxy },
                    RangeFirst = first,
                    RangeLast = last,
                    Unknown = UnknownMachines.Boot,
                },
            },
        };
    }
}
