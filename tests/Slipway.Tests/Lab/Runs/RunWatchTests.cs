using System.Text;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.LabFile;

namespace Slipway.Tests.Lab.Runs;

public sealed class RunWatchTests
{
    [Fact]
    public void A_run_passes_when_its_steps_are_met_in_order()
    {
        Scene scene = new Scene(Expect("one"), Expect("two")).PowerOn().KernelServed();

        scene.Says("two\none\ntwo\n");

        Assert.Equal(Verdict.Passed, scene.Watch.Result!.Verdict);
        Assert.Contains("2 steps met", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expectation_begins_after_the_match_of_the_one_before()
    {
        Scene scene = new Scene(Expect("ready"), Expect("ready")).PowerOn().KernelServed();

        scene.Says("ready\n");

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void A_dollar_does_not_match_the_middle_of_a_line_that_came_in_two_reads()
    {
        Scene scene = new Scene(Expect("^value: 1$")).PowerOn().KernelServed();

        scene.Says("value: 1");
        scene.Says("2\n");

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void A_prompt_without_a_line_end_is_matched_once_it_rests()
    {
        Scene scene = new Scene(Expect("login: ")).PowerOn().KernelServed();

        scene.Says("login: ");
        Assert.Null(scene.Watch.Result);
        scene.After(RunWatch.PromptQuiet);

        Assert.Equal(Verdict.Passed, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void What_is_to_be_sent_goes_out_when_its_turn_comes()
    {
        Scene scene = new Scene(Expect("login: "), new SendStep("root\n", Reboots: false), Expect("# ")).PowerOn().KernelServed();

        scene.Says("login: ").After(RunWatch.PromptQuiet);

        Assert.Equal(["root\n"], scene.Sent);
        Assert.Null(scene.Watch.Result);
    }

    [Theory]
    [InlineData("Kernel panic - not syncing: Attempted to kill init!", "Linux kernel panic")]
    [InlineData("[    1.234567] BUG: unable to handle page fault for address: 0", "Linux kernel bug report")]
    [InlineData("(XEN) Panic on CPU 0:", "Xen hypervisor panic")]
    [InlineData("PANIC: sample kernel was asked to panic", "panic")]
    [InlineData("panic: page fault", "panic")]
    [InlineData("!!!! X64 Exception Type - 0D(#GP - General Protection)", "EDK II exception")]
    public void A_crash_pattern_ends_the_run_whatever_step_is_current(string line, string kind)
    {
        Scene scene = new Scene(Expect("never")).PowerOn().KernelServed();

        scene.Says($"hello\n{line}\n");

        Assert.Equal(Verdict.Crashed, scene.Watch.Result!.Verdict);
        Assert.Contains(kind, scene.Watch.Result.Reason, StringComparison.Ordinal);
        Assert.Contains(line, scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Command line: console=ttyS0 panic=-1 oops=panic")]
    [InlineData("[    0.000000] Kernel command line: panic=5 debug")]
    [InlineData("error: no suitable video mode found.")]
    [InlineData("Oops, I did it again")]
    [InlineData("cmdline: do=panic")]
    [InlineData("[    0.5] Run /init as init process; panic_on_oops 0")]
    [InlineData("systemd[1]: Assertion test unit started")]
    public void Ordinary_lines_are_no_crash(string line)
    {
        Scene scene = new Scene(Expect("never")).PowerOn().KernelServed();

        scene.Says(line + "\n");

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void A_crash_before_the_last_match_in_the_same_read_wins()
    {
        Scene scene = new Scene(Expect("done")).PowerOn().KernelServed();

        scene.Says("PANIC: no\ndone\n");

        Assert.Equal(Verdict.Crashed, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_fail_pattern_of_the_run_is_failed()
    {
        Scene scene = new Scene(Description(Expect("done")) with { Fail = ["^selftest: bad"] }).PowerOn().KernelServed();

        scene.Says("selftest: bad cache\n");

        Assert.Equal(Verdict.Failed, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void Output_that_does_not_match_in_time_is_a_timeout_that_quotes_the_last_line()
    {
        Scene scene = new Scene(Expect("never", 30)).PowerOn().KernelServed();

        scene.Says("still alive\n").At(31);

        Assert.Equal(Verdict.Timeout, scene.Watch.Result!.Verdict);
        Assert.Contains("'never'", scene.Watch.Result.Reason, StringComparison.Ordinal);
        Assert.Contains("still alive", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_byte_since_the_kernel_was_served_is_silent()
    {
        Scene scene = new Scene(Expect("never", 30)).PowerOn();

        scene.Says("PXELINUX 6.04\n").KernelServed().At(31);

        Assert.Equal(Verdict.Silent, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void Silence_after_output_is_hung()
    {
        Scene scene = new Scene(Description(Expect("never", 300)) with { Silence = TimeSpan.FromSeconds(20) }).PowerOn().KernelServed();

        scene.Says("working\n").At(5).Says("working\n").At(24);
        Assert.Null(scene.Watch.Result);
        scene.At(26);

        Assert.Equal(Verdict.Hung, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_machine_that_never_asked_is_the_labs_fault()
    {
        Scene scene = new Scene(Expect("never", 30)).PowerOn().At(31);

        Assert.Equal(Verdict.LabFault, scene.Watch.Result!.Verdict);
        Assert.Contains("never asked for an address", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loader_that_is_stuck_is_the_labs_fault_and_named()
    {
        Scene scene = new Scene(Expect("never", 30)).PowerOn().Fact(new FirmwareAsked("x86 BIOS", "PXE ROM"))
            .Fact(Served("pxelinux.0", FileRole.Loader)).At(31);

        Assert.Equal(Verdict.LabFault, scene.Watch.Result!.Verdict);
        Assert.Contains("pxelinux.0", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FileRole.Kernel)]
    [InlineData(FileRole.Loader)]
    public void A_file_that_cannot_be_served_is_the_labs_fault_at_once(FileRole role)
    {
        Scene scene = new Scene(Expect("never")).PowerOn().Fact(new FileRefused("vmlinuz", TransferProtocol.Tftp, "it is gone", Expected: false, role));

        Assert.Equal(Verdict.LabFault, scene.Watch.Result!.Verdict);
        Assert.Contains("vmlinuz", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_loaders_probe_for_is_nobodys_fault()
    {
        Scene scene = new Scene(Expect("never")).PowerOn().Fact(new FileRefused("autoexec.ipxe", TransferProtocol.Tftp, "no such file", Expected: true, FileRole.Configuration));

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void The_firmware_asking_again_after_the_kernel_was_served_is_an_unasked_reset()
    {
        Scene scene = new Scene(Expect("never")).PowerOn().Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed();

        scene.Says("READY\n").Fact(new FirmwareAsked("x86 BIOS", "iPXE"));

        Assert.Equal(Verdict.Reset, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_second_kernel_banner_is_an_unasked_reset()
    {
        Scene scene = new Scene(Expect("never")).PowerOn().KernelServed();

        scene.Says("[    0.000000] Linux version 6.1.0\nhello\n[    0.000000] Linux version 6.1.0\n");

        Assert.Equal(Verdict.Reset, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_log_reader_that_prints_the_kernels_banner_again_is_no_reset()
    {
        Scene scene = new Scene(Expect("never")).PowerOn().Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed();

        scene.Says("[    0.000000] Linux version 6.1.0\n# dmesg\n[    0.000000] Linux version 6.1.0\n");

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void An_images_own_banner_seen_twice_is_a_reset_wherever_it_boots_from()
    {
        var image = new ImageDescription { Name = "image", Kernel = "/k", Protocol = BootProtocol.Multiboot2, Banner = "^MyOS " };
        Scene scene = new Scene(Description(Expect("never")), image).PowerOn().Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed();

        scene.Says("MyOS 1.0\nhello\nMyOS 1.0\n");

        Assert.Equal(Verdict.Reset, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_panic_that_the_run_waits_for_is_no_crash()
    {
        Scene scene = new Scene(Expect("Kernel panic - not syncing: .*")).PowerOn().KernelServed();

        scene.Says("[    1.0] Kernel panic - not syncing: as planned\n");

        Assert.Equal(Verdict.Passed, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void Firmware_that_prints_its_banner_twice_before_the_kernel_is_no_reset()
    {
        Scene scene = new Scene(Expect("never")).PowerOn();

        scene.Says("SeaBIOS (version 1.16)\nSeaBIOS (version 1.16)\n");

        Assert.Null(scene.Watch.Result);
    }

    [Fact]
    public void The_firmware_asking_again_before_the_kernel_was_served_is_the_labs_fault()
    {
        Scene scene = new Scene(Expect("never")).PowerOn().Fact(new FirmwareAsked("x86 BIOS", "iPXE")).Fact(Served("pxelinux.0", FileRole.Loader));

        scene.Fact(new FirmwareAsked("x86 BIOS", "iPXE"));

        Assert.Equal(Verdict.LabFault, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void An_asked_reset_is_one_reset_however_many_signs_it_has()
    {
        Scene scene = new Scene(Expect("READY"), new SendStep("R", Reboots: true), Expect("READY")).PowerOn()
            .Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed();
        scene.Says("READY\n");

        scene.Says("SeaBIOS (version 1.16)\n").Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed().Says("READY\n");

        Assert.Equal(Verdict.Passed, scene.Watch.Result!.Verdict);
        Assert.Equal([true], scene.Reported.OfType<ResetSeen>().Select(r => r.Asked));
    }

    [Fact]
    public void A_second_reset_after_an_asked_one_is_unasked()
    {
        Scene scene = new Scene(Expect("READY"), new SendStep("R", Reboots: true), Expect("never")).PowerOn()
            .Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed();
        scene.Says("READY\n");

        scene.Fact(new FirmwareAsked("x86 BIOS", "iPXE")).KernelServed().Says("READY\n").Fact(new FirmwareAsked("x86 BIOS", "iPXE"));

        Assert.Equal(Verdict.Reset, scene.Watch.Result!.Verdict);
    }

    [Fact]
    public void A_machine_that_vanished_and_a_console_that_was_lost_are_the_labs_fault()
    {
        Assert.Equal(Verdict.LabFault, new Scene(Expect("x")).PowerOn().Fact(new MachineVanished("killed")).Watch.Result!.Verdict);
        Assert.Equal(Verdict.LabFault, new Scene(Expect("x")).PowerOn().Fact(new ConsoleLost("closed")).Watch.Result!.Verdict);
    }

    [Fact]
    public void A_reported_failure_fails_a_run_whose_steps_are_met()
    {
        Scene scene = new Scene(Expect("TAP version")).PowerOn().KernelServed();

        scene.Says("TAP version 13\n1..2\nok 1 - a\n");
        Assert.Null(scene.Watch.Result);
        scene.Says("not ok 2 - b\nmore\n");

        Assert.Equal(Verdict.Failed, scene.Watch.Result!.Verdict);
        Assert.Contains("b", scene.Watch.Result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadlines_count_from_power_on()
    {
        Scene scene = new Scene(Expect("never", 30)).At(100);

        Assert.Null(scene.Watch.Result);
        scene.PowerOn().At(129);
        Assert.Null(scene.Watch.Result);
        scene.At(131);

        Assert.NotNull(scene.Watch.Result);
    }

    [Fact]
    public void Every_split_of_the_console_gives_the_same_judgement_and_the_same_facts()
    {
        byte[] console = Encoding.UTF8.GetBytes(
            "\e[H\e[JSeaBIOS (version 1)\r\n\e]0;title\aMB2-OK\r\ncmdline: one\r\nTAP version 13\r\n1..2\r\nok 1 - äöü\r\nok 2\r\nREADY\r\nafter\r\n");
        (Verdict, string) whole = JudgeInPieces(console, console.Length, out string facts);

        for (int at = 1; at < console.Length; at++)
        {
            Assert.Equal(whole, JudgeInPieces(console, at, out string split));
            Assert.Equal(facts, split);
        }
        Assert.Equal(whole, JudgeInPieces(console, 1, out string byByte, everyByte: true));
        Assert.Equal(facts, byByte);
        Assert.Equal(Verdict.Passed, whole.Item1);
    }

    [Fact]
    public void Random_garbage_never_throws()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            Scene scene = new Scene(Expect("never^")).PowerOn().KernelServed();
            byte[] garbage = new byte[random.Next(2000)];
            random.NextBytes(garbage);
            Exception? thrown = Record.Exception(() => scene.Says(garbage));
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
    }

    private static (Verdict, string) JudgeInPieces(byte[] console, int at, out string facts, bool everyByte = false)
    {
        Scene scene = new Scene(Expect("^MB2-OK$"), Expect("^READY$")).PowerOn();
        if (everyByte)
        {
            foreach (byte b in console) scene.Says([b]);
        }
        else
        {
            scene.Says(console[..at]);
            if (at < console.Length) scene.Says(console[at..]);
        }
        facts = string.Join('\n', scene.Reported);
        return (scene.Watch.Result!.Verdict, scene.Watch.Result.Reason);
    }

    private static ExpectStep Expect(string pattern, int seconds = 60) => new(pattern, TimeSpan.FromSeconds(seconds));

    private static FileServed Served(string name, FileRole role) => new(name, TransferProtocol.Tftp, 1000, 5, 0, "", "", role);

    private static RunDescription Description(params RunStep[] steps) => new() { Name = "run", Steps = steps, Directory = "/" };

    private sealed class Scene
    {
        private TimeSpan _now;
        private long _offset;

        public Scene(params RunStep[] steps) : this(Description(steps))
        {
        }

        public Scene(RunDescription run, ImageDescription? image = null)
        {
            image ??= new ImageDescription { Name = "image", Kernel = "/k", Protocol = BootProtocol.Multiboot2 };
            Watch = new RunWatch(run, image, [], hasConsole: true);
        }

        public RunWatch Watch { get; }

        public List<string> Sent { get; } = [];

        public List<BootFact> Reported { get; } = [];

        public Scene PowerOn() => Fact(new PowerCommanded(PowerAction.On));

        public Scene KernelServed() => Fact(Served("kernel", FileRole.Kernel));

        public Scene Fact(BootFact fact)
        {
            Watch.OnFact(fact, _now);
            return Drain();
        }

        public Scene Says(string text) => Says(Encoding.UTF8.GetBytes(text));

        public Scene Says(byte[] bytes)
        {
            Watch.OnConsole(bytes, _offset, _now);
            _offset += bytes.Length;
            return Drain();
        }

        public Scene At(double seconds)
        {
            _now = TimeSpan.FromSeconds(seconds);
            Watch.OnTime(_now);
            return Drain();
        }

        public Scene After(TimeSpan time) => At((_now + time).TotalSeconds);

        private Scene Drain()
        {
            while (Watch.TryTakeAction(out WatchAction? action))
            {
                if (action is WatchAction.Send send) Sent.Add(Encoding.UTF8.GetString(send.Bytes.Span));
                if (action is WatchAction.Report report) Reported.Add(report.Fact);
            }
            return this;
        }
    }
}
