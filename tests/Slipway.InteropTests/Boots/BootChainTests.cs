namespace Slipway.InteropTests.Boots;

/// <summary>Every boot chain there is, with the sample lab and its run files: real firmware, real loaders, real kernels.</summary>
public sealed class BootChainTests(BootLab lab) : IClassFixture<BootLab>
{
    // Exactly what samples/lab.yaml gives the kernels.
    private const string LinuxArguments = @"console=ttyS0,115200 panic=-1 slipway\.word=""two words"" slipway\.tap";

    [BootFact]
    public async Task Bios_through_pxelinux_boots_linux_to_user_space()
    {
        RunReport run = await BootAsync("boot-1-linux-pxelinux");

        run.Happened("PowerCommanded", "FirmwareAsked", "Offered", "Leased", "FileServed", "StepMet", "Judged");
        run.ServedInOrder(@"pxelinux\.0$", @"ldlinux\.c32$", @"^/?pxelinux\.cfg/", "vmlinuz$", @"initramfs\.cpio\.gz$");
        Assert.Equal("tftp", Assert.Single(run.Served, f => f["role"] == "kernel")["protocol"]);
        // PXELINUX puts BOOT_IMAGE= before and initrd= after; what the lab file says arrives in between, byte for byte.
        run.ConsoleHas($"^cmdline: (BOOT_IMAGE=\\S+ )?{LinuxArguments}( initrd=\\S+)?$");
        Assert.Equal(3, run.Tests.Count);
    }

    [BootFact]
    public async Task Bios_through_pxelinux_ipxe_and_grub_boots_multiboot2_twice()
    {
        RunReport run = await BootAsync("boot-2-chain");

        run.ServedInOrder(@"pxelinux\.0$", @"ipxe\.lkrn$", "grub", "grub.cfg", @"sample\.bin$", @"first\.txt$");
        Assert.NotEmpty(run.Facts("LoaderAsked"));
        // The reboot was asked for: seen, and not held against the kernel.
        Assert.All(run.Facts("ResetSeen"), f => Assert.Equal("True", f["asked"], ignoreCase: true));
        Assert.NotEmpty(run.Facts("ResetSeen"));
        Assert.Equal(2, run.Served.Count(f => f["role"] == "kernel"));
        run.ConsoleHas(@"^module: first\.txt alpha beta 39 bytes crc32 " + Crc32.Of(File.ReadAllBytes(BootLab.Sample("first.txt"))));
        run.ConsoleHas("^module: numbers 198000 bytes crc32 " + Crc32.Of(File.ReadAllBytes(BootLab.Sample("second.dat"))));
    }

    [BootFact]
    public async Task Without_tap_devices_a_boot_goes_through_the_relay()
    {
        SlipwayResult result = await lab.RunRelayedAsync("--lab", BootLab.SampleLab, "run", BootLab.SampleRun("boot-3-linux-ipxe"), "--json");

        Assert.Single(RunReport.ReadAll(result)).Ended("passed", 0);
    }

    [BootFact]
    public async Task Bios_ipxe_rom_boots_linux_by_http()
    {
        RunReport run = await BootAsync("boot-3-linux-ipxe");

        Assert.Equal("http", Assert.Single(run.Served, f => f["role"] == "kernel")["protocol"]);
        Assert.All(run.Served.Where(f => f["role"] == "module"), f => Assert.Equal("http", f["protocol"]));
        Assert.Equal(2, run.Served.Count(f => f["role"] == "module"));
        run.ConsoleHas($"^cmdline: {LinuxArguments}$");
    }

    [BootFact]
    public async Task Bios_through_pxelinux_boots_multiboot1()
    {
        RunReport run = await BootAsync("boot-4-multiboot1");

        run.ServedInOrder(@"pxelinux\.0$", @"mboot\.c32$", @"libcom32\.c32$", @"sample\.bin$", @"first\.txt$");
        run.ConsoleHas("^module: .*alpha beta 39 bytes crc32 " + Crc32.Of(File.ReadAllBytes(BootLab.Sample("first.txt"))));
        run.ConsoleHas("^module: .* 198000 bytes crc32 " + Crc32.Of(File.ReadAllBytes(BootLab.Sample("second.dat"))));
    }

    [BootFact]
    public async Task Uefi_pxe_through_grub_boots_multiboot2()
    {
        RunReport run = await BootAsync("boot-5-uefi-grub");

        ReportedFact firmware = run.Facts("FirmwareAsked")[0];
        Assert.Contains("UEFI", firmware["architecture"], StringComparison.Ordinal);
        Assert.DoesNotContain("iPXE", firmware["via"], StringComparison.Ordinal);
        Assert.DoesNotContain(run.Served, f => f["name"].Contains("ipxe", StringComparison.Ordinal));
        run.ServedInOrder("grub", "grub.cfg", @"sample\.bin$");
        run.ConsoleHas("^module: numbers 198000 bytes crc32 " + Crc32.Of(File.ReadAllBytes(BootLab.Sample("second.dat"))));
    }

    [BootFact]
    public async Task Uefi_pxe_through_ipxe_boots_linux_and_the_loop_is_broken_once()
    {
        RunReport run = await BootAsync("boot-6-uefi-ipxe");

        // The firmware is given the iPXE program once; iPXE, asking for itself, is given its script and never the program again.
        Assert.Single(run.Served, f => f["name"].EndsWith(".efi", StringComparison.Ordinal));
        run.Happened("FirmwareAsked", "LoaderAsked", "StepMet");
        Assert.All(
            run.Timeline.SkipWhile(f => f.Event != "LoaderAsked").Where(f => f.Event == "Offered"),
            f => Assert.DoesNotContain(".efi", f["file"], StringComparison.Ordinal));
        Assert.Equal("http", Assert.Single(run.Served, f => f["role"] == "kernel")["protocol"]);
        // On UEFI iPXE puts the kernel's name first; Linux of this age needs initrd= to find its RAM disks.
        run.ConsoleHas($"^cmdline: .*{LinuxArguments}$");
    }

    [BootFact]
    public async Task UBoot_boots_an_arm64_image_twice()
    {
        RunReport run = await BootAsync("boot-7-uboot");

        run.ServedInOrder(@"boot\.scr\.uimg$", @"^/?pxelinux\.cfg/", @"sample-arm64\.img$", @"boot\.scr\.uimg$", @"sample-arm64\.img$");
        Assert.Contains("U-Boot", run.Facts("FirmwareAsked")[0]["via"], StringComparison.Ordinal);
    }

    [XenFact]
    public async Task Bios_through_grub_boots_xen_and_its_dom0()
    {
        RunReport run = await BootAsync("boot-8-xen");

        run.ServedInOrder("grub", @"xen\.gz$", "vmlinuz$", @"initramfs\.cpio\.gz$");
        run.ConsoleHas("^cmdline: .*console=hvc0 panic=-1 slipway.tap$");
    }

    private async Task<RunReport> BootAsync(string run) =>
        (await lab.ReportAsync(BootLab.SampleLab, BootLab.SampleRun(run))).Ended("passed", 0);
}
