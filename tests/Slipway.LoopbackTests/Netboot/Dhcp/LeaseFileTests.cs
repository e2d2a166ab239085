using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Dhcp;

namespace Slipway.LoopbackTests.Netboot.Dhcp;

public sealed class LeaseFileTests : IDisposable
{
    private static readonly DateTimeOffset Expires = new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-leases").FullName;

    private string LeasePath => Path.Combine(_folder, "leases");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Leases_survive_a_server_that_was_killed()
    {
        // Not disposed before the next one reads: as after kill -9.
        using LeaseFile killed = Open(out LeaseTable table);
        Put(killed, table, Lease(1, 100, DhcpLeaseState.Bound));
        Put(killed, table, Lease(2, 101, DhcpLeaseState.Bound));
        Put(killed, table, Lease(1, 102, DhcpLeaseState.Bound));
        Put(killed, table, Lease(2, 101, DhcpLeaseState.Released));

        using LeaseFile next = Open(out LeaseTable reloaded);

        Assert.Null(next.Damage);
        Assert.Equal([Lease(2, 101, DhcpLeaseState.Released), Lease(1, 102, DhcpLeaseState.Bound)], reloaded.All);
    }

    [Fact]
    public void A_damaged_file_is_told_and_kept_and_its_good_lines_count()
    {
        using (LeaseFile first = Open(out LeaseTable table))
        {
            Put(first, table, Lease(1, 100, DhcpLeaseState.Bound));
            Put(first, table, Lease(2, 101, DhcpLeaseState.Bound));
            Put(first, table, Lease(3, 102, DhcpLeaseState.Bound));
        }
        string[] lines = File.ReadAllLines(LeasePath);
        lines[2] = lines[2].Replace("10.77.0.101", "10.77.0.109", StringComparison.Ordinal);
        File.WriteAllText(LeasePath, string.Join('\n', lines)[..^9]);

        using LeaseFile next = Open(out LeaseTable reloaded);

        Assert.Contains(":3: 2 of 4 lines are damaged", next.Damage, StringComparison.Ordinal);
        Assert.True(File.Exists(LeasePath + ".damaged"));
        Assert.Equal([Lease(1, 100, DhcpLeaseState.Bound)], reloaded.All);
    }

    [Fact]
    public void A_file_that_grows_by_renewals_is_written_anew()
    {
        using LeaseFile file = Open(out LeaseTable table);
        for (int i = 0; i < 2000; i++) Put(file, table, Lease(1, 100, DhcpLeaseState.Bound));

        Assert.InRange(File.ReadAllLines(LeasePath).Length, 2, 600);
        Assert.Equal(0, file.Failures);
    }

    private LeaseFile Open(out LeaseTable table)
    {
        table = new LeaseTable(new DhcpServerOptions { Interface = "eth1", ServerAddress = IPAddress.Parse("10.77.0.1") });
        return LeaseFile.Open(LeasePath, table);
    }

    private static void Put(LeaseFile file, LeaseTable table, DhcpLease lease)
    {
        table.Put(lease);
        file.Append(lease, table);
    }

    private static DhcpLease Lease(byte machine, byte host, DhcpLeaseState state) =>
        new(new IPAddress([10, 77, 0, host]), $"52:54:00:00:00:{machine:x2}", new PhysicalAddress([0x52, 0x54, 0, 0, 0, machine]), state, Expires, "host");
}
