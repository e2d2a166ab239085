using System.Text;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Pxe;

namespace Slipway.Tests.Netboot.Dhcp;

public sealed class BootClientReaderTests
{
    [Theory]
    [InlineData("ipxe-rom-bios", 0, ClientKind.Ipxe, ClientArchitecture.X86Bios)]
    [InlineData("ovmf-pxe-then-ipxe-efi", 0, ClientKind.Pxe, ClientArchitecture.X64Uefi)]
    [InlineData("ovmf-pxe-then-ipxe-efi", 2, ClientKind.Ipxe, ClientArchitecture.X64Uefi)]
    [InlineData("ovmf-http", 0, ClientKind.UefiHttp, ClientArchitecture.X64UefiHttp)]
    [InlineData("u-boot-arm64", 0, ClientKind.UBoot, ClientArchitecture.Arm64UBoot)]
    [InlineData("u-boot-arm64", 2, ClientKind.Pxe, ClientArchitecture.Arm64Uefi)]
    [InlineData("udhcpc", 0, ClientKind.System, null)]
    [InlineData("dhclient", 0, ClientKind.System, null)]
    public void Real_clients_are_told_apart(string capture, int index, ClientKind kind, ClientArchitecture? architecture)
    {
        BootClient client = Describe(capture, index);

        Assert.Equal((kind, architecture), (client.Kind, client.Architecture));
    }

    [Fact]
    public void The_fingerprint_is_equal_for_all_messages_of_one_program_and_different_for_another()
    {
        string[] rom = [.. Captures.Read("ipxe-rom-bios").Concat(Captures.Read("ipxe-rom-bios-proxy")).Select(Fingerprint).Distinct()];
        string[] uefi = [.. Captures.Read("ovmf-pxe-then-ipxe-efi").Concat(Captures.Read("ovmf-pxe-proxy")).Select(Fingerprint).Distinct()];
        string[] uboot = [.. Captures.Read("u-boot-arm64").Select(Fingerprint).Distinct()];

        Assert.Single(rom);
        Assert.Equal(2, uefi.Length);
        Assert.Equal(2, uboot.Length);
        Assert.Empty(rom.Intersect(uefi));
    }

    [Fact]
    public void The_uuid_reads_as_it_was_given_to_qemu_and_zero_is_none()
    {
        Assert.Equal(Guid.Parse("11223344-5566-7788-99aa-bbccddeeff00"), Describe("ipxe-rom-bios", 0).Uuid);
        Assert.Null(Describe("ovmf-http", 0).Uuid);
    }

    [Theory]
    [InlineData("iPXE", "iPXE", ClientKind.Ipxe)]
    [InlineData("\u0004iPXE", "iPXE", ClientKind.Ipxe)]
    [InlineData("gPXE", "gPXE", ClientKind.Gpxe)]
    [InlineData("\u0003lab\u0004iPXE", "lab", ClientKind.System)]
    [InlineData("\u0009iPXE", "\u0009iPXE", ClientKind.System)]
    public void A_user_class_is_bare_text_or_counted_items(string value, string read, ClientKind kind)
    {
        var packet = new DhcpPacket { Options = [] };
        packet.Options.Add(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Discover);
        packet.Options.Add(DhcpOptionCode.UserClass, Encoding.ASCII.GetBytes(value));

        BootClient client = BootClientReader.Describe(packet);

        Assert.Equal((read, kind), (client.UserClass, client.Kind));
    }

    [Fact]
    public void The_first_architecture_we_know_leads()
    {
        var packet = new DhcpPacket { Options = [] };
        packet.Options.Add(DhcpOptionCode.ClientSystemArchitecture, [0, 99, 0, 7, 0, 6]);

        Assert.Equal([ClientArchitecture.X64Uefi, (ClientArchitecture)99, ClientArchitecture.X86Uefi], BootClientReader.Describe(packet).Architectures);
    }

    [Fact]
    public void Ipxe_features_are_its_flags_without_its_settings() =>
        Assert.Equal([16, 17, 18, 19, 21, 23, 24, 25, 33, 34, 39, 41], Describe("ipxe-rom-bios", 0).IpxeFeatures.Where(code => code is not (1 or 36)));

    private static string Fingerprint(CapturedDatagram datagram)
    {
        Assert.True(DhcpPacket.TryRead(datagram.Payload, out DhcpPacket packet, out _));
        return BootClientReader.Describe(packet).Fingerprint;
    }

    private static BootClient Describe(string capture, int index)
    {
        Assert.True(DhcpPacket.TryRead(Captures.Read(capture)[index].Payload, out DhcpPacket packet, out _));
        return BootClientReader.Describe(packet);
    }
}
