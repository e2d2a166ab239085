using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Dhcp;

namespace Slipway.Tests.Netboot.Dhcp;

public sealed class LeaseLineTests
{
    private static readonly DhcpLease Lease = new(IPAddress.Parse("10.77.0.100"), "52:54:00:00:00:01", PhysicalAddress.Parse("525400000001"),
        DhcpLeaseState.Bound, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), "");

    [Fact]
    public void A_line_reads_back_as_it_was_written()
    {
        foreach (DhcpLease lease in (DhcpLease[])[Lease, Lease with { HostName = "nemo" }, Lease with { Holder = "id:ff00", Mac = PhysicalAddress.None }])
        {
            Assert.True(LeaseLine.TryRead(LeaseLine.Write(lease), out DhcpLease read));
            Assert.Equal(lease, read);
        }
    }

    [Fact]
    public void Every_truncation_and_every_changed_character_is_noticed()
    {
        string line = LeaseLine.Write(Lease);
        for (int i = 0; i < line.Length; i++)
        {
            Assert.False(LeaseLine.TryRead(line[..i], out _));
            Assert.False(LeaseLine.TryRead(line[..i] + (char)(line[i] ^ 1) + line[(i + 1)..], out _));
        }
    }
}
