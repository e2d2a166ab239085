using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Slipway.Netboot.Dhcp;

namespace Slipway.Netboot.Pxe;

/// <summary>Tells what a client is from what it sends. Pure.</summary>
public static class BootClientReader
{
    /// <summary>Start of option 60 of a PXE client, and the whole of it in a reply.</summary>
    public const string PxeClass = "PXEClient";

    /// <summary>Start of option 60 of a UEFI HTTP boot client, and the whole of it in a reply.</summary>
    public const string HttpClass = "HTTPClient";

    private const string UBootClass = "U-Boot";
    private const string GrubUserClass = "GRUB";
    private const int MachineIdentifierLength = 17;

    /// <summary>Describes the sender of a request.</summary>
    public static BootClient Describe(DhcpPacket request)
    {
        string vendorClass = request.Options.Text(DhcpOptionCode.VendorClassIdentifier);
        string userClass = UserClass(request.Options[DhcpOptionCode.UserClass]);
        ClientArchitecture[] architectures = Architectures(request.Options[DhcpOptionCode.ClientSystemArchitecture]);
        byte[] features = Features(request.Options[DhcpOptionCode.EtherbootEncapsulated]);
        return new BootClient
        {
            Mac = new PhysicalAddress([.. request.HardwareAddress]),
            Kind = Kind(request, vendorClass, userClass, architectures),
            BeginsAttempt = request.MessageType is DhcpMessageType.Discover or DhcpMessageType.None,
            Architectures = architectures,
            VendorClass = vendorClass,
            UserClass = userClass,
            Uuid = MachineIdentifier(request.Options[DhcpOptionCode.ClientMachineIdentifier]),
            IpxeFeatures = features,
            Address = Address(request),
            Fingerprint = Fingerprint(request, vendorClass, userClass, features),
        };
    }

    private static ClientKind Kind(DhcpPacket request, string vendorClass, string userClass, ClientArchitecture[] architectures)
    {
        if (userClass == "gPXE") return ClientKind.Gpxe;
        if (userClass == "iPXE" || request.Options.Contains(DhcpOptionCode.EtherbootEncapsulated)) return ClientKind.Ipxe;
        if (vendorClass.StartsWith(UBootClass, StringComparison.Ordinal)) return ClientKind.UBoot;
        if (architectures is [ClientArchitecture.Arm32UBoot or ClientArchitecture.Arm64UBoot or ClientArchitecture.OldUBootArm, ..]) return ClientKind.UBoot;
        if (userClass.StartsWith(GrubUserClass, StringComparison.OrdinalIgnoreCase)
            || vendorClass.StartsWith(GrubUserClass, StringComparison.OrdinalIgnoreCase)) return ClientKind.Grub;
        if (vendorClass.StartsWith(HttpClass, StringComparison.Ordinal)) return ClientKind.UefiHttp;
        if (vendorClass.StartsWith(PxeClass, StringComparison.Ordinal)) return ClientKind.Pxe;
        return request.MessageType == DhcpMessageType.None ? ClientKind.Bootp : ClientKind.System;
    }

    // RFC 3004 §4: items of a length byte and text. iPXE and gPXE put the bare text there (seen in every capture of them),
    // so it is taken as items only when their lengths add up to the whole.
    private static string UserClass(ReadOnlySpan<byte> value)
    {
        int at = 0;
        while (at < value.Length && value[at] > 0) at += 1 + value[at];
        bool counted = at == value.Length && at > 0;
        return Encoding.ASCII.GetString((counted ? value.Slice(1, value[0]) : value).TrimEnd((byte)0));
    }

    private static ClientArchitecture[] Architectures(ReadOnlySpan<byte> value)
    {
        var codes = new ClientArchitecture[value.Length / 2];
        for (int i = 0; i < codes.Length; i++) codes[i] = (ClientArchitecture)BinaryPrimitives.ReadUInt16BigEndian(value[(2 * i)..]);
        // "The first one we know" leads (RFC 4578 §2.1 leaves the choice to the server); the others stay behind it.
        int known = Array.FindIndex(codes, Enum.IsDefined);
        return known <= 0 ? codes : [codes[known], .. codes[..known], .. codes[(known + 1)..]];
    }

    private static byte[] Features(ReadOnlySpan<byte> value)
    {
        var features = new SortedSet<byte>();
        var reader = new DhcpOptionReader(value);
        while (reader.TryNext(out DhcpOptionCode code, out ReadOnlySpan<byte> flag))
            if ((byte)code < (byte)IpxeOption.FirstSetting && flag is [not 0]) features.Add((byte)code);
        return [.. features];
    }

    // Type 0, then a GUID whose first three fields are little-endian, as Guid itself reads them.
    private static Guid? MachineIdentifier(ReadOnlySpan<byte> value)
    {
        if (value.Length != MachineIdentifierLength || value[0] != 0) return null;
        var guid = new Guid(value[1..]);
        return guid == Guid.Empty ? null : guid;
    }

    private static IPAddress? Address(DhcpPacket request) =>
        request.ClientAddress.Equals(IPAddress.Any) ? request.Options.Address(DhcpOptionCode.RequestedAddress) : request.ClientAddress;

    // Option 60 of a PXE client repeats 93 and 94, and iPXE shortens it to "PXEClient" on port 4011: only its first word counts.
    private static string Fingerprint(DhcpPacket request, string vendorClass, string userClass, byte[] features)
    {
        int colon = vendorClass.StartsWith(PxeClass, StringComparison.Ordinal) || vendorClass.StartsWith(HttpClass, StringComparison.Ordinal)
            ? vendorClass.IndexOf(':', StringComparison.Ordinal)
            : -1;
        var text = new StringBuilder();
        text.Append("60=").Append(colon < 0 ? vendorClass : vendorClass[..colon]);
        text.Append(" 77=").Append(userClass);
        text.Append(" 93=").Append(Convert.ToHexStringLower(request.Options[DhcpOptionCode.ClientSystemArchitecture]));
        text.Append(" 94=").Append(Convert.ToHexStringLower(request.Options[DhcpOptionCode.ClientNetworkInterface]));
        text.Append(" 175=").AppendJoin(',', features.Select(code => code.ToString(CultureInfo.InvariantCulture)));
        text.Append(" 55=").Append(Convert.ToHexStringLower(request.Options[DhcpOptionCode.ParameterRequestList]));
        return text.ToString();
    }
}
