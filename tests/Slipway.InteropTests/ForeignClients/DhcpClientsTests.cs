using System.Net;
using System.Net.NetworkInformation;
using Slipway.InteropTests.Network;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Pxe;

namespace Slipway.InteropTests.ForeignClients;

public sealed class DhcpClientsTests
{
    [Fact]
    public async Task Udhcpc_gets_an_address_and_gives_it_back()
    {
        string udhcpc = ForeignProgram.Require("udhcpc", "udhcpc");
        await using var lab = new DhcpLab();
        using TestNamespace client = lab.Plug("p0");

        // Its RELEASE is a unicast from the address, so the address must really be there.
        string script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "#!/bin/sh\n[ \"$1\" != bound ] || ip addr add $ip/$mask dev $interface\n");
        client.Exec("chmod", "+x", script);

        (_, string output) = client.Exec("timeout", "3", udhcpc, "-i", "eth0", "-n", "-f", "-R", "-s", script);
        File.Delete(script);

        Assert.Contains("obtained from 10.77.0.1, lease time 3600", output, StringComparison.Ordinal);
        var leased = await lab.WaitFor<AddressLeased>(_ => true, TimeSpan.FromSeconds(5));
        Assert.Contains(leased.Address.ToString(), output, StringComparison.Ordinal);
        var released = await lab.WaitFor<AddressReleased>(_ => true, TimeSpan.FromSeconds(5));
        Assert.Equal(leased.Address, released.Address);
        Assert.False(released.Declined);
    }

    [Fact]
    public async Task Dhclient_is_answered_by_unicast_and_asks_again_for_the_address_it_had()
    {
        string dhclient = ForeignProgram.Require("dhclient", "isc-dhcp-client");
        string leases = Path.GetTempFileName();
        await using var lab = new DhcpLab();
        using TestNamespace client = lab.Plug("p0");
        try
        {
            string[] arguments = ["-1", "-v", "-d", "-lf", leases, "-pf", "/dev/null", "-sf", "/bin/true", "eth0"];
            (_, string first) = client.Exec("timeout", ["5", dhclient, .. arguments]);
            (_, string second) = client.Exec("timeout", ["5", dhclient, .. arguments]);

            Assert.Contains("DHCPOFFER", first, StringComparison.Ordinal);
            Assert.Contains("bound to 10.77.0.1", first, StringComparison.Ordinal);
            Assert.DoesNotContain("DHCPDISCOVER", second, StringComparison.Ordinal);
            Assert.Contains("DHCPACK", second, StringComparison.Ordinal);
            Assert.Single(lab.Server.Leases);
            // The unicast went to a client that could not answer ARP: its entry was made by us.
            (_, string neighbours) = lab.Network.Exec("ip", "neigh");
            Assert.Contains(lab.Server.Leases[0].Address.ToString(), neighbours, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(leases);
        }
    }

    [Fact]
    public async Task A_client_that_asks_for_a_foreign_address_is_told_no_and_gets_ours()
    {
        string leases = Path.GetTempFileName();
        string dhclient = ForeignProgram.Require("dhclient", "isc-dhcp-client");
        await File.WriteAllTextAsync(leases, """
            lease {
              interface "eth0";
              fixed-address 192.168.5.5;
              option subnet-mask 255.255.255.0;
              option dhcp-server-identifier 192.168.5.1;
              option dhcp-lease-time 99999999;
              renew 2 2037/01/01 00:00:00;
              rebind 2 2037/01/01 00:00:00;
              expire 2 2037/01/01 00:00:00;
            }
            """);
        await using var lab = new DhcpLab();
        using TestNamespace client = lab.Plug("p0");
        try
        {
            (_, string output) = client.Exec("timeout", "8", dhclient, "-1", "-v", "-d", "-lf", leases, "-pf", "/dev/null", "-sf", "/bin/true", "eth0");

            Assert.Contains("DHCPREQUEST for 192.168.5.5", output, StringComparison.Ordinal);
            Assert.Contains("DHCPNAK from 10.77.0.1", output, StringComparison.Ordinal);
            Assert.Contains("bound to 10.77.0.1", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(leases);
        }
    }

    [Fact]
    public async Task Eight_udhcpc_at_once_get_eight_addresses()
    {
        string udhcpc = ForeignProgram.Require("udhcpc", "udhcpc");
        await using var lab = new DhcpLab();
        List<TestNamespace> clients = [.. Enumerable.Range(0, 8).Select(i => lab.Plug($"p{i}"))];
        try
        {
            (int ExitCode, string Output)[] results = await Task.WhenAll(clients.Select(client =>
                Task.Run(() => client.Exec(udhcpc, "-i", "eth0", "-n", "-q", "-f", "-s", "/bin/true"))));

            Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Output));
            Assert.Equal(8, lab.Server.Leases.Select(lease => lease.Address).Distinct().Count());
            Assert.All(lab.Server.Leases, lease => Assert.Equal(DhcpLeaseState.Bound, lease.State));
        }
        finally
        {
            foreach (TestNamespace client in clients) client.Dispose();
        }
    }

    [Fact]
    public async Task A_second_server_on_the_port_is_an_error_with_a_remedy()
    {
        await using var lab = new DhcpLab();
        var options = new DhcpServerOptions { Interface = "br0", ServerAddress = IPAddress.Parse("10.77.0.1") };
        await using var second = new DhcpServer(options, lab, System.Threading.Channels.Channel.CreateBounded<NetbootFact>(1).Writer, TimeProvider.System);
        await using var third = new DhcpServer(options with { Interface = "eth9" }, lab, System.Threading.Channels.Channel.CreateBounded<NetbootFact>(1).Writer, TimeProvider.System);
        await using var fourth = new DhcpServer(options with { ServerAddress = IPAddress.Parse("10.9.9.9"), ServerPort = 1067, ProxyPort = 1411 }, lab,
            System.Threading.Channels.Channel.CreateBounded<NetbootFact>(1).Writer, TimeProvider.System);

        Assert.Equal("SLP2001", Assert.Throws<NetbootException>(() => lab.Network.Run(second.Start)).Code);
        Assert.Equal("SLP2003", Assert.Throws<NetbootException>(() => lab.Network.Run(third.Start)).Code);
        var noAddress = Assert.Throws<NetbootException>(() => lab.Network.Run(fourth.Start));
        Assert.Equal("SLP2004", noAddress.Code);
        Assert.Contains("it has: ", noAddress.Message, StringComparison.Ordinal);
    }
}
