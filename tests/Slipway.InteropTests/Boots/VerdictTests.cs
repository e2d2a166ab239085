using System.Text.RegularExpressions;

namespace Slipway.InteropTests.Boots;

/// <summary>Boots that go wrong, each in its own way: the verdict, the exit code, and a reason that a person can act on.</summary>
public sealed class VerdictTests(BootLab lab) : IClassFixture<BootLab>
{
    [BootTheory]
    [InlineData("passed", "passed", 0, ".")]
    [InlineData("asked-reset", "passed", 0, ".")]
    [InlineData("failed", "failed", 1, "nothing else was asked|the command line asks for a failure|not ok|1 of 3|test")]
    [InlineData("crashed", "crashed", 1, "PANIC: sample kernel was asked to panic")]
    [InlineData("crashed-linux", "crashed", 1, "Kernel panic - not syncing: sysrq triggered crash|sysrq")]
    [InlineData("reset", "reset", 1, "restart|reset|banner|firmware")]
    [InlineData("hung", "hung", 124, "30|silen|no output|no byte")]
    [InlineData("silent", "silent", 124, "no byte|nothing|silent|not one")]
    [InlineData("timeout", "timeout", 124, "a line this kernel does not know")]
    [InlineData("lab-fault", "labfault", 3, "false|power")]
    public async Task A_sample_run_ends_as_its_name_says(string run, string verdict, int exitCode, string reason)
    {
        SlipwayResult result = await lab.RunAsync("--lab", BootLab.SampleLab, "run", BootLab.SampleRun(run), "--json");

        RunReport report = Assert.Single(RunReport.ReadAll(result)).Ended(verdict, exitCode);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.True(Regex.IsMatch(report.Reason, reason, RegexOptions.IgnoreCase), $"the reason '{report.Reason}' has no /{reason}/\n{report}");
        Assert.False(lab.HasVirtualMachine(), "the machine was left on");
    }

    [BootFact]
    public async Task A_suite_makes_every_run()
    {
        IReadOnlyList<RunReport> runs = await lab.ReportsAsync(BootLab.SampleLab, BootLab.SampleRun("suite"));

        Assert.Equal(["bios", "arm"], runs.Select(r => r.Machine));
        Assert.All(runs, r => r.Ended("passed", 0));
    }

    [BootFact]
    public async Task Without_its_kernel_file_a_run_touches_nothing()
    {
        int before = lab.RecordedConsoles().Count;
        string missing = Path.Combine(lab.Directory, "never-built.bin");
        string labFile = lab.Write("missing.lab.yaml", LabOf("missing", missing, "multiboot2"));
        string runFile = lab.Write("missing.run.yaml", ReadyRun());

        SlipwayResult result = await lab.RunAsync("--lab", labFile, "run", runFile);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(missing, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, lab.RecordedConsoles().Count);
        Assert.False(lab.HasVirtualMachine());
    }

    [BootFact]
    public async Task A_kernel_file_that_vanishes_before_it_is_asked_for_is_the_labs_fault()
    {
        string kernel = Path.Combine(lab.Directory, "vanishing.bin");
        File.Copy(BootLab.Sample("sample.bin"), kernel);
        string labFile = lab.Write("vanishing.lab.yaml", LabOf("vanishing", kernel, "multiboot2"));
        string runFile = lab.Write("vanishing.run.yaml", ReadyRun());

        await using SlipwayProcess slipway = lab.Start("--lab", labFile, "run", runFile);
        await slipway.WaitForAsync("power .*commanded", BootLab.BootLimit);
        File.Delete(kernel);
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Ended(result, 3, "lab-fault", @"vanishing\.bin");
    }

    [BootFact]
    public async Task A_loader_that_is_not_installed_is_the_labs_fault_and_its_package_is_named()
    {
        string labFile = lab.Write("loader.lab.yaml", LabOf("loader", BootLab.Sample("sample.bin"), "multiboot", "loader: [pxelinux]"));
        string runFile = lab.Write("loader.run.yaml", ReadyRun());

        await using SlipwayProcess slipway = lab.StartWithout("/usr/lib/PXELINUX", "--lab", labFile, "run", runFile);
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Ended(result, 3, "lab-fault", @"pxelinux\.0.*pxelinux");
    }

    [BootFact]
    public async Task A_virtual_machine_that_is_killed_is_the_labs_fault()
    {
        string labFile = lab.Write("killed.lab.yaml", LabOf("killed", BootLab.Sample("sample.bin"), "multiboot2"));
        string runFile = lab.Write("killed.run.yaml", ReadyRun("never printed"));

        await using SlipwayProcess slipway = lab.Start("--lab", labFile, "run", runFile);
        await slipway.WaitForAsync("(took|leased) 10\\.", BootLab.BootLimit);
        await SlipwayProcess.SignalAsync("KILL", Assert.Single(lab.VirtualMachines()));
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Ended(result, 3, "lab-fault", "QEMU|virtual machine|process");
    }

    [BootFact]
    public async Task Ctrl_C_cancels_and_leaves_the_machine_as_the_run_says()
    {
        string labFile = lab.Write("cancelled.lab.yaml", LabOf("cancelled", BootLab.Sample("sample.bin"), "multiboot2"));
        string runFile = lab.Write("cancelled.run.yaml", ReadyRun("never printed"));

        await using SlipwayProcess slipway = lab.Start("--lab", labFile, "run", runFile);
        await slipway.WaitForAsync("READY", BootLab.BootLimit);
        await slipway.InterruptAsync();
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Ended(result, 130, "cancelled", ".");
        Assert.False(lab.HasVirtualMachine(), "after: off is the default, and the machine is still there");
    }

    private static void Ended(SlipwayResult result, int exitCode, string verdict, string reason)
    {
        Assert.True(result.ExitCode == exitCode, $"expected exit code {exitCode}\n{result}");
        string last = $"{result.Output}\n{result.Error}".Split('\n').Last(l => l.Contains(verdict, StringComparison.Ordinal));
        Assert.True(Regex.IsMatch(last, reason, RegexOptions.IgnoreCase), $"the last line about the verdict has no /{reason}/: {last}\n{result}");
    }

    private static string LabOf(string name, string kernel, string protocol, string more = "") => $$"""
        lab: {{name}}
        network:
          interface: virtual
          dhcp: { range: 10.77.0.100-10.77.0.150 }
        images:
          it:
            kernel: {{kernel}}
            protocol: {{protocol}}
            {{more}}
        machines:
          vm: { image: it, qemu: { memory: 128M } }
        """;

    private static string ReadyRun(string then = "^READY$") => $"""
        run: ready
        machine: vm
        steps:
          - expect: '{then}'
            within: 8m
        """;
}
