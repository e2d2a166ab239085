using System.Text;

namespace Slipway.InteropTests.Boots;

/// <summary>A suite on eight machines boots them all at once from one DHCP server.</summary>
public sealed class ManyMachinesTests(BootLab lab) : IClassFixture<BootLab>
{
    private const int Machines = 8;

    [BootFact]
    public async Task Eight_machines_at_once_get_eight_addresses_and_all_pass()
    {
        var labText = new StringBuilder($$"""
            lab: eight
            network:
              interface: virtual
              dhcp: { range: 10.77.0.100-10.77.0.150 }
            images:
              kernel: { kernel: {{BootLab.Sample("sample.bin")}}, protocol: multiboot2, args: eight at once }
            machines:

            """);
        var suite = new StringBuilder();
        for (int i = 1; i <= Machines; i++)
        {
            labText.Append($"  vm{i}: {{ image: kernel, qemu: {{ memory: 64M }} }}\n");
            suite.Append($"---\nrun: eight-{i}\nmachine: vm{i}\nsteps:\n  - expect: '^cmdline: eight at once$'\n    within: 9m\n  - expect: '^READY$'\n");
        }
        string labFile = lab.Write("eight.lab.yaml", labText.ToString());
        string runFile = lab.Write("eight.run.yaml", suite.ToString());

        IReadOnlyList<RunReport> runs = await lab.ReportsAsync(labFile, runFile, "--jobs", $"{Machines}");

        Assert.Equal(Machines, runs.Count);
        Assert.All(runs, r => r.Ended("passed", 0));
        Assert.Equal(Machines, runs.Select(r => r.Facts("Leased")[^1]["address"]).Distinct().Count());
        DateTimeOffset lastBegan = runs.Max(r => r.Facts("PowerCommanded")[0].Wall);
        DateTimeOffset firstEnded = runs.Min(r => r.Facts("Judged")[0].Wall);
        Assert.True(lastBegan < firstEnded, "they were not on at the same time");
    }
}
