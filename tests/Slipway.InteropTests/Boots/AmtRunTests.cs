using System.Text.RegularExpressions;

namespace Slipway.InteropTests.Boots;

/// <summary>Runs on a machine with Intel AMT, simulated: a real virtual machine, real network boot, real serial bytes; the firmware in between is ours, and shares no code with the driver.</summary>
public sealed class AmtRunTests(BootLab lab) : IClassFixture<BootLab>
{
    [BootFact]
    public async Task The_demo_is_the_whole_story()
    {
        SlipwayResult result = await lab.RunAsync("demo", "--amt", "--json");

        RunReport report = Assert.Single(RunReport.ReadAll(result)).Ended("passed", 0);
        report.Happened("BootOverridden", "PowerCommanded", "PowerObserved", "FirmwareAsked", "FileServed", "FirstConsoleByte", "Judged");
        report.ConsoleHas("^MB2-OK$");
        Assert.DoesNotContain("could not be left", report.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateFiles(report.Directory, "*.png"));
    }

    [BootTheory]
    [InlineData("sol-off", "--off sol", "labfault", 3, "serial over LAN is switched off.*--sol on")]
    [InlineData("listener-off", "--off listener", "labfault", 3, "listener.*--listener on")]
    [InlineData("consent", "--consent all", "labfault", 3, "consent")]
    [InlineData("client", "--client-control", "labfault", 3, "consent")]
    [InlineData("tls-only", "--release 16.1", "passed", 0, "steps? met")]
    [InlineData("release-6", "--release 6", "passed", 0, "steps? met")]
    [InlineData("already-on", "--on", "passed", 0, "steps? met")]
    [InlineData("off", "--release 14", "passed", 0, "steps? met")]
    [InlineData("dropped", "--fault sessions-drop-at-reset --on", "passed", 0, "steps? met")]
    [InlineData("override", "--fault override-dropped", "labfault", 3, "not there when read back")]
    [InlineData("power-loss", "--fault power-loss=2", "labfault", 3, "went off|power supply")]
    [InlineData("unreachable", "--fault unreachable-after-power=2", "labfault", 3, "could not be opened again|was lost")]
    [InlineData("ignored", "--fault power-ignored", "labfault", 3, "still off")]
    public async Task A_run_ends_in_the_right_verdict_with_what_to_do(string name, string firmware, string verdict, int exitCode, string reason)
    {
        await using Bench bench = await Bench.StartAsync(lab, name, firmware, "Sl1pway!Lab");

        RunReport report = await lab.ReportAsync(bench.LabFile, bench.RunFile);

        report.Ended(verdict, exitCode);
        Assert.True(Regex.IsMatch(report.Reason, reason, RegexOptions.IgnoreCase), $"the reason '{report.Reason}' has no /{reason}/\n{report}");
    }

    [BootFact]
    public async Task A_wrong_password_is_the_labs_fault_and_never_printed()
    {
        await using Bench bench = await Bench.StartAsync(lab, "wrong", "", "Sl1pway!Lab");
        string text = await File.ReadAllTextAsync(bench.LabFile);
        string wrong = lab.Write("wrong2.lab.yaml", text.Replace("Sl1pway!Lab", "N0tThisOne!", StringComparison.Ordinal));

        SlipwayResult result = await lab.RunAsync("--lab", wrong, "run", bench.RunFile, "--json");

        RunReport report = Assert.Single(RunReport.ReadAll(result)).Ended("labfault", 3);
        Assert.Contains("password is wrong", report.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("N0tThisOne!", result.Output + result.Error, StringComparison.Ordinal);
    }

    [BootFact]
    public async Task A_second_console_is_told_that_the_first_has_the_line()
    {
        await using Bench bench = await Bench.StartAsync(lab, "two", "", "Sl1pway!Lab");
        string silent = lab.Write("two-silent.run.yaml", $"run: first\nmachine: vpro\nsteps: [ {{ expect: 'never said', within: 60s }} ]\n");
        await using SlipwayProcess first = lab.Start("--lab", bench.LabFile, "boot", "vpro");
        await first.WaitForAsync("power is on", BootLab.BootLimit);

        SlipwayResult second = await lab.RunAsync("--lab", bench.LabFile, "run", silent, "--json");

        Assert.Equal(4, second.ExitCode);
        Assert.Contains("leased", second.Output + second.Error, StringComparison.Ordinal);
        await first.InterruptAsync();
        await first.EndAsync(BootLab.BootLimit);
    }

    /// <summary>A lab with one AMT machine, and its simulated firmware in a process of its own.</summary>
    private sealed class Bench(SlipwayProcess firmware, string labFile, string runFile) : IAsyncDisposable
    {
        public string LabFile => labFile;

        public string RunFile => runFile;

        public static async Task<Bench> StartAsync(BootLab lab, string name, string arguments, string password)
        {
            string labFile = lab.Write($"{name}.lab.yaml", $$"""
                lab: amt-{{name}}
                network: { interface: virtual }
                images:
                  sample: { kernel: {{BootLab.Sample("sample.bin")}}, protocol: multiboot2 }
                machines:
                  vpro:
                    image: sample
                    qemu: { memory: 128M }
                    amt: { host: 127.0.0.1, password: "{{password}}" }
                """);
            string runFile = lab.Write($"{name}.run.yaml", "run: amt\nmachine: vpro\nsteps: [ { expect: '^READY$', within: 90s } ]\n");
            SlipwayProcess firmware = lab.Start(["--lab", labFile, "sim", "amt", "-m", "vpro", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            await firmware.WaitForAsync("Ctrl-C ends", BootLab.BootLimit);
            return new Bench(firmware, labFile, runFile);
        }

        public async ValueTask DisposeAsync()
        {
            await firmware.InterruptAsync();
            await firmware.EndAsync(TimeSpan.FromMinutes(2));
            await firmware.DisposeAsync();
        }
    }
}
