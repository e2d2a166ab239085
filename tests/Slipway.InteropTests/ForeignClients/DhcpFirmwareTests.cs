using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.InteropTests.Network;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Ipv6;
using Slipway.Netboot.Pxe;
using Xunit.Abstractions;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>Boot ROMs in QEMU against the real server; "booted" is the first TFTP request. Limits are wide: software emulation on a shared machine.</summary>
public sealed class DhcpFirmwareTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly string[] IpxeRom = ["-m", "128", "-machine", "pc,graphics=off", "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:77:00:01,bootindex=1"];

    [Fact]
    public async Task The_ipxe_rom_takes_its_file_name_and_does_not_wait_for_a_router()
    {
        await using var lab = new DhcpLab(file: client => client.Kind == ClientKind.Ipxe ? "boot.ipxe" : "wrong");
        await using var advertiser = new RouterAdvertiser(new RouterAdvertiserOptions { Interface = "br0" }, TimeProvider.System);
        lab.Network.Run(advertiser.Start);

        (AddressLeased leased, string request, TimeSpan wait) = await Boot(lab, IpxeRom);

        output.WriteLine($"{leased.Address}: {request} {wait.TotalSeconds:F1} s after its ACK; {advertiser.Sent} advertisements");
        Assert.Equal("boot.ipxe", request);
        // 13 s without an advertisement, under 2 s with one.
        Assert.True(wait < TimeSpan.FromSeconds(9), $"it waited {wait} between its ACK and its first request");
    }

    [Fact]
    public async Task Ovmf_takes_its_file_name()
    {
        await using var lab = new DhcpLab(file: client => client is { Kind: ClientKind.Pxe, Architecture: ClientArchitecture.X64Uefi } ? "boot.efi" : "wrong");

        (AddressLeased leased, string request, _) = await Boot(lab, Ovmf());

        output.WriteLine($"{leased.Address}: {request}");
        Assert.Equal("boot.efi", request);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_proxy_beside_another_server_gives_the_file_name(bool isUefi)
    {
        string dnsmasq = ForeignProgram.Require("dnsmasq", "dnsmasq-base");
        await using var lab = new DhcpLab(DhcpMode.Proxy, client => client.Kind == ClientKind.Ipxe ? "boot.ipxe" : "boot.efi");
        using TestNamespace other = lab.Plug("other");
        other.Ip("addr add 10.77.0.2/24 dev eth0");
        using Process server = other.Start(dnsmasq, "-d", "-C", "/dev/null", "-p", "0", "--no-ping", "-i", "eth0",
            "--dhcp-range=10.77.0.100,10.77.0.150", "--dhcp-range=fd77::,ra-stateless", "--dhcp-leasefile=/dev/null");
        try
        {
            (_, string request, _) = await Boot(lab, isUefi ? Ovmf() : IpxeRom, isLeasedByUs: false);

            Assert.Equal(isUefi ? "boot.efi" : "boot.ipxe", request);
            var seen = await lab.WaitFor<ForeignServerSeen>(_ => true, TimeSpan.FromSeconds(5));
            output.WriteLine($"{request}; {seen.Evidence}");
            Assert.Equal(IPAddress.Parse("10.77.0.2"), seen.Server);
            Assert.True(lab.Server.TryGetMac(_from, out var mac));
            Assert.Equal("525400770001", mac.ToString());
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task U_boot_takes_its_address_and_asks_for_its_script()
    {
        string firmware = ForeignProgram.RequireFile("/usr/lib/u-boot/qemu_arm64/u-boot.bin", "u-boot-qemu");
        await using var lab = new DhcpLab(file: _ => "boot.efi");

        (AddressLeased leased, string request, _) = await Boot(lab, ["-m", "256", "-machine", "virt", "-cpu", "cortex-a57", "-bios", firmware,
            "-device", "virtio-net-pci,netdev=n0,romfile="], program: "qemu-system-aarch64");

        output.WriteLine($"{leased.Address}: {request}");
        Assert.Equal("boot.scr.uimg", request);
    }

    [Fact]
    public async Task Ovmf_http_boot_asks_for_the_url_it_was_given()
    {
        await using var lab = new DhcpLab(file: client => client.Kind == ClientKind.UefiHttp ? "http://10.77.0.1:8069/boot.efi" : "");
        using Socket http = lab.Network.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.1"), 8069));
            socket.Listen();
            return socket;
        });
        lab.Network.AddTap("tap0", "br0");
        using Process process = StartMachine(lab, "qemu-system-x86_64", [.. Ovmf(),
            "-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n", "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"]);
        try
        {
            using var deadline = new CancellationTokenSource(Patience);
            using Socket connection = await http.AcceptAsync(deadline.Token);
            var buffer = new byte[1500];
            int length = await connection.ReceiveAsync(buffer, SocketFlags.None, deadline.Token);

            Assert.StartsWith("HEAD /boot.efi", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private IPAddress _from = IPAddress.None;

    private async Task<(AddressLeased Leased, string Request, TimeSpan Wait)> Boot(DhcpLab lab, string[] machine, bool isLeasedByUs = true, string program = "qemu-system-x86_64")
    {
        lab.Network.AddTap("tap0", "br0");
        using Socket tftp = lab.Network.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.1"), 69));
            return socket;
        });
        using Process process = StartMachine(lab, program, machine);
        try
        {
            AddressLeased leased = isLeasedByUs
                ? await lab.WaitFor<AddressLeased>(_ => true, Patience)
                : new AddressLeased(TimeProvider.System.GetTimestamp(), System.Net.NetworkInformation.PhysicalAddress.None, IPAddress.None, TimeSpan.Zero);
            using var deadline = new CancellationTokenSource(Patience);
            var buffer = new byte[1500];
            SocketReceiveFromResult got = await tftp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), deadline.Token);
            _from = ((IPEndPoint)got.RemoteEndPoint).Address;
            string name = Encoding.ASCII.GetString(buffer, 2, Array.IndexOf(buffer, (byte)0, 2) - 2);
            return (leased, name, TimeProvider.System.GetElapsedTime(leased.Timestamp));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static Process StartMachine(DhcpLab lab, string program, string[] machine) =>
        lab.Network.Start(ForeignProgram.Require(program, program.Contains("aarch64", StringComparison.Ordinal) ? "qemu-system-arm" : "qemu-system-x86"),
            ["-accel", "tcg", "-nodefaults", "-display", "none", "-monitor", "none", "-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no", .. machine]);

    private static string[] Ovmf()
    {
        string code = ForeignProgram.RequireFile("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf");
        return ["-m", "256", "-machine", "q35", "-drive", $"if=pflash,format=raw,unit=0,readonly=on,file={code}",
            "-drive", "if=pflash,format=raw,unit=1,snapshot=on,file=/usr/share/OVMF/OVMF_VARS_4M.fd",
            "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:77:00:01,bootindex=1,romfile="];
    }
}
