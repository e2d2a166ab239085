using System.Text;

namespace Slipway.InteropTests.Boots;

/// <summary>Files that change under the server's hands, as kernels do on a developer's computer.</summary>
public sealed class RebuiltKernelTests(BootLab lab) : IClassFixture<BootLab>
{
    // Large enough to be on its way for seconds over TFTP.
    private const int BigModuleBytes = 8 << 20;

    [BootFact]
    public async Task A_kernel_rebuilt_between_two_runs_is_the_one_that_boots()
    {
        string kernel = Path.Combine(lab.Directory, "kernel.bin");
        File.Copy(BootLab.Sample("sample.bin"), kernel);
        string rebuilt = Path.Combine(lab.Directory, "rebuilt.bin");
        File.WriteAllBytes(rebuilt, Renamed(File.ReadAllBytes(kernel), "sample-0", "sample-1"));
        string labFile = lab.Write("rebuilt.lab.yaml", LabOf("rebuilt", kernel, ""));
        string first = lab.Write("first.run.yaml", Expecting("^build: sample-0$"));
        string second = lab.Write("second.run.yaml", $"build: {{ command: cp rebuilt.bin kernel.bin, dir: {lab.Directory} }}\n{Expecting("^build: sample-1$")}");

        RunReport before = await lab.ReportAsync(labFile, first);
        RunReport after = await lab.ReportAsync(labFile, second);

        before.Ended("passed", 0);
        after.Ended("passed", 0);
        Assert.NotEqual(KernelHash(before), KernelHash(after));

        static string KernelHash(RunReport run) => Assert.Single(run.Served, f => f["role"] == "kernel")["sha256"];
    }

    [BootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_rewritten_while_it_is_transferred_arrives_as_one_of_the_two(bool byRename)
    {
        string name = byRename ? "renamed.dat" : "rewritten.dat";
        string module = Path.Combine(lab.Directory, name);
        byte[] old = new byte[BigModuleBytes], young = new byte[BigModuleBytes];
        Array.Fill(old, (byte)'A');
        Array.Fill(young, (byte)'B');
        File.WriteAllBytes(module, old);
        string labFile = lab.Write($"{name}.lab.yaml", LabOf("mixture", BootLab.Sample("sample.bin"), $"modules: [ {{ file: {module} }} ]"));
        string runFile = lab.Write($"{name}.run.yaml", Expecting("^module: "));

        await using SlipwayProcess slipway = lab.Start("--lab", labFile, "run", runFile);
        await slipway.WaitForAsync($"asked for \\S*{name}", BootLab.BootLimit);
        if (byRename)
        {
            File.WriteAllBytes(module + ".new", young);
            File.Move(module + ".new", module, overwrite: true);
        }
        else
        {
            File.WriteAllBytes(module, young);
        }
        SlipwayResult result = await slipway.EndAsync(BootLab.BootLimit);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches($"{BigModuleBytes} bytes crc32 ({Crc32.Of(old)}|{Crc32.Of(young)})", result.Output + result.Error);
    }

    private static byte[] Renamed(byte[] kernel, string from, string to)
    {
        int at = kernel.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from));
        Assert.True(at >= 0, $"'{from}' is not in the kernel");
        Encoding.ASCII.GetBytes(to).CopyTo(kernel, at);
        return kernel;
    }

    // By PXELINUX: TFTP in lock-step, so that the transfer takes its time.
    private static string LabOf(string name, string kernel, string modules) => $$"""
        lab: {{name}}
        network:
          interface: virtual
          dhcp: { range: 10.77.0.100-10.77.0.150 }
        images:
          it:
            kernel: {{kernel}}
            protocol: multiboot
            loader: [pxelinux]
            {{modules}}
        machines:
          vm: { image: it, qemu: { memory: 128M } }
        """;

    private static string Expecting(string pattern) => $"""
        run: expecting
        machine: vm
        steps:
          - expect: '{pattern}'
            within: 8m
          - expect: '^READY$'
        """;
}
