using System.Buffers.Binary;
using Slipway.LabFile;

namespace Slipway.Tests.LabFile;

public sealed class RunFlagsReaderTests
{
    private static readonly RunFlags Smoke = new() { Machine = "vm1", Image = "nautilus", Expect = ["booted"] };

    [Fact]
    public void Flags_make_the_run_a_file_would_make()
    {
        var run = Reading.Flags(Smoke with { Expect = ["a${HOME}", "b"], Within = "20m", Silence = "5s", After = "leave", Retry = "3", Crash = ["boom"], Needs = [] });

        Assert.Equal(("nautilus", "vm1", "nautilus"), (run.Name, run.Machine, run.Image));
        Assert.Equal([new ExpectStep("a${HOME}", TimeSpan.FromMinutes(20)), new ExpectStep("b", TimeSpan.FromMinutes(20))], run.Steps);
        Assert.Equal(TimeSpan.FromMinutes(40), run.Within);
        Assert.Equal((AfterRun.Leave, 3, "/lab"), (run.After, run.RetryOnLabFault, run.Directory));
    }

    [Fact]
    public void A_kernel_file_says_itself_how_it_is_booted()
    {
        var files = new MemoryFiles().With("out/k@1.bin", Multiboot2Kernel());

        var run = Reading.Flags(new RunFlags { Machine = "vm1", Kernel = "out/k@1.bin", Args = "-x", Modules = ["m.img a b"], Reports = "auto", Within = "3m" }, files);

        Assert.Equal("k-1.bin", run.Name);
        Assert.Equal((BootProtocol.Multiboot2, "/lab/out/k@1.bin", "-x"), (run.InlineImage!.Protocol, run.InlineImage.Kernel, run.InlineImage.Args));
        Assert.Equal([new ModuleDescription("/lab/m.img", "m.img", "a b")], run.InlineImage.Modules);
        Assert.Equal(TimeSpan.FromMinutes(3), run.Within);
    }

    [Fact]
    public void Wrong_flags_are_named_as_flags()
    {
        Assert.Equal(["--expect: SLP1115: 'expect' of step 1: '(' is no regular expression we can use: insufficient closing parentheses at character 1"], Reading.FlagProblems(Smoke with { Expect = ["("] }));
        Assert.StartsWith("--within: SLP1108: ", Assert.Single(Reading.FlagProblems(Smoke with { Within = "fast" })), StringComparison.Ordinal);
        Assert.StartsWith("--machine: SLP1401: the lab 'desk' has no machine 'vm9' (did you mean 'vm1'?", Assert.Single(Reading.FlagProblems(Smoke with { Machine = "vm9" })), StringComparison.Ordinal);
        Assert.StartsWith("command line: SLP1403: nothing is expected", Assert.Single(Reading.FlagProblems(Smoke with { Expect = [] })), StringComparison.Ordinal);
        Assert.StartsWith("command line: SLP1404: the run says neither", Assert.Single(Reading.FlagProblems(Smoke with { Machine = null })), StringComparison.Ordinal);
        Assert.Equal(["--image: SLP1410: give --image or --kernel, not both"], Reading.FlagProblems(Smoke with { Kernel = "k", Protocol = "linux" }));
        Assert.Equal(["--args: SLP1410: --args belongs to --kernel; an image of the lab file has its own"], Reading.FlagProblems(Smoke with { Args = "x" }));
        Assert.StartsWith("--initrd: SLP1204: ", Assert.Single(Reading.FlagProblems(Smoke with { Image = null, Kernel = "k", Protocol = "multiboot", Initrd = ["x"] })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_does_not_say_how_it_is_booted_needs_the_flag()
    {
        var files = new MemoryFiles().With("k", "text");
        var flags = Smoke with { Image = null, Kernel = "k" };

        Assert.Equal(
            ["--kernel: SLP1409: how 'k' is booted cannot be told from the file: its content is no Linux kernel and has no Multiboot header; say --protocol linux, multiboot or multiboot2"],
            Reading.FlagProblems(flags, files));
        Assert.StartsWith("--kernel: SLP1409: how 'none' is booted cannot be told from the file: it cannot be read (it is not there)", Assert.Single(Reading.FlagProblems(flags with { Kernel = "none" })), StringComparison.Ordinal);
    }

    [Fact]
    public void The_four_kinds_of_kernel_are_told_apart()
    {
        var linux = new byte[1024];
        "HdrS"u8.CopyTo(linux.AsSpan(0x202));
        var arm64 = new byte[64];
        "ARM\x64"u8.CopyTo(arm64.AsSpan(56));

        Assert.Equal(BootProtocol.Linux, KernelProbe.Guess(linux));
        Assert.Equal(BootProtocol.Linux, KernelProbe.Guess(arm64));
        Assert.Equal(BootProtocol.Multiboot, KernelProbe.Guess(Header(4096, 4, 0x1BADB002, 3)));
        Assert.Equal(BootProtocol.Multiboot2, KernelProbe.Guess(Multiboot2Kernel()));
    }

    [Fact]
    public void A_multiboot_header_misplaced_or_with_a_wrong_sum_is_none()
    {
        Assert.Null(KernelProbe.Guess(Header(16384, 8192, 0x1BADB002, 3)));
        Assert.Null(KernelProbe.Guess(Header(4096, 6, 0x1BADB002, 3)));
        Assert.Null(KernelProbe.Guess(Header(65536, 32768, 0xE85250D6, 0, 24)));
        var wrongSum = Header(4096, 4, 0x1BADB002, 3);
        wrongSum[12]++;
        Assert.Null(KernelProbe.Guess(wrongSum));
    }

    [Fact]
    public void Every_truncation_of_a_kernel_is_probed_without_an_exception()
    {
        var kernel = Header(64, 40, 0xE85250D6, 0, 24);

        for (var length = 0; length < kernel.Length; length++) KernelProbe.Guess(kernel.AsSpan(0, length));
    }

    private static byte[] Multiboot2Kernel() => Header(40_000, 0x1000, 0xE85250D6, 0, 24);

    // The words, then the checksum that makes their sum zero.
    private static byte[] Header(int size, int offset, params uint[] words)
    {
        var bytes = new byte[size];
        var sum = 0u;
        foreach (var word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), word);
            sum += word;
            offset += sizeof(uint);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), 0 - sum);
        return bytes;
    }

    [Fact]
    public void An_image_for_whoever_asks_needs_no_machine_and_no_console()
    {
        string kernel = Path.GetTempFileName();
        try
        {
            ImageDescription image = RunFlagsReader.ReadImage(new RunFlags { Kernel = kernel, Protocol = "linux" }, Path.GetTempPath(), _ => null);

            Assert.Equal(kernel, image.Kernel);
        }
        finally
        {
            File.Delete(kernel);
        }
    }
}
