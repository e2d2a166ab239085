using System.Globalization;
using System.Net;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Reads <c>network:</c>.</summary>
internal static class NetworkReader
{
    public const string InterfaceAdvice =
        "name the one interface the lab's machines hang on ('ip link' lists them), or 'virtual' for virtual machines only; "
        + "it is never guessed, because a DHCP server on the wrong interface stops other people's network";

    private const int MaxInterfaceNameLength = 15; // Linux: IFNAMSIZ less its NUL
    private const int LeastPrefix = 8;
    private const int MostPrefix = 30;
    private const int MaxRange = 65_536;
    private const int FirstRangeOffset = 100;
    private const int LastRangeOffset = 199;

    private static readonly IPAddress VirtualAddress = new([10, 77, 0, 1]);
    private const int VirtualPrefix = 24;

    /// <summary>The network; null when its interface is not known.</summary>
    public static NetworkDescription? Read(YamlNode node, Surroundings surroundings)
    {
        if (Section.Open(node, "the network", surroundings) is not { } section) return null;

        var name = Interface(section);
        var isVirtual = name == NetworkDescription.VirtualInterface;
        var (address, prefix) = Address(section, isVirtual);
        Subnet? subnet = address is not null && prefix is { } length ? new Subnet(address, length) : null;
        var network = new NetworkDescription
        {
            Interface = name ?? "",
            Address = address,
            PrefixLength = prefix,
            Dhcp = section.Inner("dhcp", "'dhcp'") is { } dhcp
                ? Dhcp(dhcp, subnet, isVirtual)
                : WithDefaultRange(new DhcpDescription(), subnet, isVirtual),
            HttpPort = section.Number("http", 0, ushort.MaxValue) ?? new NetworkDescription { Interface = "" }.HttpPort,
            RouterAdvertisement = section.Boolean("router-advertisement") ?? true,
        };
        section.RejectUnknown();
        return name is null ? null : network;
    }

    private static string? Interface(Section section)
    {
        if (!section.Has("interface"))
        {
            section.Node("interface");
            section.Surroundings.Problems.Add(section.Place, ProblemCode.NoInterface, "the network has no 'interface': " + InterfaceAdvice);
            return null;
        }

        if (section.Scalar("interface") is not var (scalar, text)) return null;
        var isName = text.Length is > 0 and <= MaxInterfaceNameLength
            && text is not ("." or "..")
            && text.All(c => c is > ' ' and < '\x7f' and not '/');
        if (isName) return text;
        section.Surroundings.Problems.Add(
            scalar.Place,
            ProblemCode.BadInterface,
            $"{Quoting.Quote(scalar)} is no interface name: at most {MaxInterfaceNameLength} characters, no blank, no '/'");
        return null;
    }

    private static (IPAddress? Address, int? Prefix) Address(Section section, bool isVirtual)
    {
        if (section.Scalar("address") is not var (scalar, text))
            return isVirtual && !section.Has("address") ? (VirtualAddress, VirtualPrefix) : (null, null);

        var problems = section.Surroundings.Problems;
        var slash = text.IndexOf('/');
        int? prefix = slash < 0 ? (isVirtual ? VirtualPrefix : null)
            : int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var p) ? p : -1;
        var address = NetworkAddresses.TryIpv4(slash < 0 ? text : text[..slash]);
        if (address is null || prefix is < LeastPrefix or > MostPrefix)
        {
            problems.Add(
                scalar.Place,
                ProblemCode.BadAddress,
                $"'address' of the network is our own address with its prefix length ({LeastPrefix} to {MostPrefix}), such as "
                    + $"192.168.77.1/24, not {Quoting.Quote(scalar)}");
            return (null, null);
        }

        if (prefix is { } length
            && new Subnet(address, length) is var subnet
            && NetworkAddresses.Number(address) is var number
            && (number == subnet.First || number == subnet.Last))
        {
            problems.Add(
                scalar.Place,
                ProblemCode.ReservedAddress,
                $"{Quoting.Quote(scalar)} is the {(number == subnet.First ? "network" : "broadcast")} address of {subnet}; give our "
                    + "own address in it");
            return (null, null);
        }

        return (address, prefix);
    }

    private static DhcpDescription Dhcp(Section section, Subnet? subnet, bool isVirtual)
    {
        var defaults = new DhcpDescription();
        var mode = section.Word("mode", LegalWords.DhcpModes) ?? defaults.Mode;
        var dhcp = new DhcpDescription
        {
            Mode = mode,
            Router = section.Address("router"),
            Dns = section.Addresses("dns"),
            Domain = section.Line("domain"),
            LeaseTime = section.Duration("lease", TimeSpan.FromMinutes(2), TimeSpan.FromDays(30)) ?? defaults.LeaseTime,
            Unknown = section.Word("unknown", LegalWords.Unknown) ?? defaults.Unknown,
        };
        if (subnet is { } net && dhcp.Router is { } router && !net.Contains(router))
            section.Surroundings.Problems.Add(
                section.PlaceOf("router"),
                ProblemCode.OutsideSubnet,
                $"the router {router} is outside the subnet {net}");

        dhcp = section.Scalar("range") is var (scalar, text) ? Range(dhcp, scalar, text, subnet, section.Surroundings.Problems)
            : section.Has("range") ? dhcp
            : WithDefaultRange(dhcp, subnet, isVirtual);
        foreach (var key in mode == DhcpMode.Full ? [] : new[] { "range", "router", "dns", "domain", "lease" })
        {
            if (section.Has(key))
                section.Surroundings.Problems.Warn(
                    section.PlaceOf(key),
                    ProblemCode.NoEffect,
                    $"'{key}' has no effect with 'mode: {(mode == DhcpMode.Proxy ? "proxy" : "off")}': we give no addresses then");
        }

        section.RejectUnknown();
        return dhcp;
    }

    private static DhcpDescription Range(DhcpDescription dhcp, YamlScalar scalar, string text, Subnet? subnet, ProblemList problems)
    {
        var ends = text.Split('-');
        if (ends.Length != 2
            || NetworkAddresses.TryIpv4(ends[0].Trim()) is not { } first
            || NetworkAddresses.TryIpv4(ends[1].Trim()) is not { } last)
        {
            problems.Add(
                scalar.Place,
                ProblemCode.BadRange,
                $"'range' is two IPv4 addresses with '-' between, such as 192.168.77.100-192.168.77.150, not {Quoting.Quote(scalar)}");
            return dhcp;
        }

        var (low, high) = (NetworkAddresses.Number(first), NetworkAddresses.Number(last));
        if (low > high)
            problems.Add(
                scalar.Place,
                ProblemCode.RangeReversed,
                $"the range {Quoting.Quote(scalar)} ends before it starts; write the lower address first");
        else if (high - low >= MaxRange)
            problems.Add(scalar.Place, ProblemCode.BadRange, $"the range {Quoting.Quote(scalar)} has more than {MaxRange} addresses");
        else if (subnet is { } net && (low <= net.First || high >= net.Last))
            problems.Add(
                scalar.Place,
                ProblemCode.RangeOutsideSubnet,
                $"the range {Quoting.Quote(scalar)} is not inside the subnet {net} (usable: "
                    + $"{NetworkAddresses.FromNumber(net.First + 1)}-{NetworkAddresses.FromNumber(net.Last - 1)})");
        else if (subnet is { } own && NetworkAddresses.Number(own.Own) >= low && NetworkAddresses.Number(own.Own) <= high)
            problems.Add(
                scalar.Place,
                ProblemCode.RangeHasOurAddress,
                $"the range {Quoting.Quote(scalar)} contains our own address {own.Own}; leave it out");
        return dhcp with { RangeFirst = first, RangeLast = last };
    }

    // .100 to .199 of a virtual network; in one too small for that, or with our own address there, the half without our address.
    private static DhcpDescription WithDefaultRange(DhcpDescription dhcp, Subnet? subnet, bool isVirtual)
    {
        if (!isVirtual || subnet is not { } net || dhcp.Mode != DhcpMode.Full) return dhcp;
        var own = NetworkAddresses.Number(net.Own);
        var (first, last) = (net.First + FirstRangeOffset, net.First + LastRangeOffset);
        if (last >= net.Last || (own >= first && own <= last))
        {
            var middle = net.First + (net.Last - net.First + 1) / 2;
            (first, last) = own < middle ? (middle, net.Last - 1) : (net.First + 1, middle - 1);
        }

        return dhcp with { RangeFirst = NetworkAddresses.FromNumber(first), RangeLast = NetworkAddresses.FromNumber(last) };
    }
}
