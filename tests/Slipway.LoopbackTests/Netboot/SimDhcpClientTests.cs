using System.Net;
using System.Net.Sockets;
using Slipway.Sim.Pxe;

namespace Slipway.LoopbackTests.Netboot;

public sealed class SimDhcpClientTests
{
    [Theory]
    [InlineData(SimFirmware.BiosPxe, 0, "PXEClient:Arch:00000:UNDI:002001")]
    [InlineData(SimFirmware.Ipxe, 0, "PXEClient:Arch:00000:UNDI:002001")]
    [InlineData(SimFirmware.OvmfPxe, 7, "PXEClient:Arch:00007:UNDI:003000")]
    [InlineData(SimFirmware.OvmfHttp, 16, "HTTPClient:Arch:00016:UNDI:003000")]
    [InlineData(SimFirmware.UBoot, 22, "U-Boot.armv8")]
    public void A_machine_made_of_software_takes_what_it_is_offered(SimFirmware firmware, byte architecture, string vendorClass)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new SimDhcpClient(
            firmware, [2, 0, 0, 0, 0, 7], null, new IPEndPoint(IPAddress.Loopback, 0), (IPEndPoint)server.LocalEndPoint!);
        var asked = new List<Dictionary<byte, byte[]>>();
        var answering = new Thread(() =>
        {
            byte[] packet = new byte[1500];
            for (byte reply = 2; reply <= 5; reply += 3)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = server.ReceiveFrom(packet, ref from);
                asked.Add(Options(packet.AsSpan(240, length - 240)));
                packet[0] = 2;
                new byte[] { 10, 77, 0, 5, 10, 77, 0, 1 }.CopyTo(packet, 16);
                byte[] options = [53, 1, reply, 54, 4, 10, 77, 0, 1, 67, 4, .. "boot"u8, 255];
                options.CopyTo(packet, 240);
                server.SendTo(packet.AsSpan(0, 240 + options.Length), from);
            }
        });
        answering.Start();

        SimDhcpReply? reply = client.Boot(TimeSpan.FromSeconds(5));
        answering.Join();

        Assert.Equal((5, "10.77.0.5", "boot"), ((int)reply!.MessageType, reply.YourAddress.ToString(), reply.BootFile));
        Assert.Equal([(byte)1, (byte)3], asked.Select(o => o[53][0]));
        Assert.Equal([0, architecture], asked[0][93]);
        Assert.Equal(vendorClass, System.Text.Encoding.ASCII.GetString(asked[0][60]));
        Assert.Equal([10, 77, 0, 5], asked[1][50]);
        Assert.Equal([10, 77, 0, 1], asked[1][54]);
    }

    private static Dictionary<byte, byte[]> Options(ReadOnlySpan<byte> field)
    {
        var options = new Dictionary<byte, byte[]>();
        for (int at = 0; field[at] != 255; at += 2 + field[at + 1]) options.Add(field[at], field.Slice(at + 2, field[at + 1]).ToArray());
        return options;
    }
}
