using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Slipway.InteropTests.Network;

public sealed class TestNamespaceTests
{
    [Fact]
    public void A_socket_opened_inside_hears_a_program_inside_and_nothing_is_left_behind()
    {
        ForeignProgram.Require("ip", "iproute2");
        string name;
        using (var lab = new TestNamespace("self"))
        {
            name = lab.Name;
            lab.AddVeth("srv", lab, "cli");
            lab.Ip("addr add 10.77.0.1/24 dev srv");

            using Socket socket = lab.Run(() =>
            {
                var inside = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                inside.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.1"), 67));
                return inside;
            });
            socket.ReceiveTimeout = 10_000;
            (int exitCode, string output) = lab.Exec("bash", "-c", "echo -n hello > /dev/udp/10.77.0.1/67; ip -o link | wc -l");
            var buffer = new byte[16];

            Assert.Equal(0, exitCode);
            Assert.Equal("3", output.Trim());
            Assert.Equal(5, socket.Receive(buffer));
            Assert.DoesNotContain("srv", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name));
        }

        Assert.False(File.Exists($"/var/run/netns/{name}"));
    }
}
