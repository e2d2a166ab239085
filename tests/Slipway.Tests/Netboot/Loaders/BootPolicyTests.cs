using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Loaders;
using Slipway.Netboot.Pxe;

namespace Slipway.Tests.Netboot.Loaders;

public sealed class BootPolicyTests : IDisposable
{
    private static readonly BootSite Site = new(IPAddress.Parse("10.77.0.1"), 8069);
    private readonly string _loaders = Directory.CreateTempSubdirectory("slipway-loaders").FullName;
    private readonly LoaderCatalog _catalog;

    public BootPolicyTests()
    {
        foreach (string name in new[] { "pxelinux.0", "ldlinux.c32", "libcom32.c32", "mboot.c32", "undionly.kpxe", "ipxe.lkrn", "ipxe.efi" })
            File.WriteAllBytes(Path.Combine(_loaders, name), [0]);
        foreach (string platform in new[] { "i386-pc", "x86_64-efi" })
        {
            Directory.CreateDirectory(Path.Combine(_loaders, platform));
            File.WriteAllBytes(Path.Combine(_loaders, platform, "kernel.img"), [0]);
        }
        _catalog = new LoaderCatalog([_loaders]);
    }

    public void Dispose() => Directory.Delete(_loaders, recursive: true);

    [Fact]
    public void An_iPXE_ROM_gets_the_script_for_Linux_and_no_further_loader()
    {
        BootDecision decision = Decide(Linux(), IpxeRom(), null);

        Assert.Equal("http://10.77.0.1:8069/boot.ipxe", decision.File);
        Assert.Equal([LoaderProgram.Ipxe], decision.Progress!.Chain.Loaders);
    }

    [Fact]
    public void A_plain_BIOS_ROM_gets_PXELINUX_for_Linux()
    {
        BootDecision decision = Decide(Linux(), PlainPxe(ClientArchitecture.X86Bios), null);

        Assert.Equal("pxelinux.0", decision.File);
    }

    [Fact]
    public void The_iPXE_loop_is_broken_exactly_once()
    {
        BootClient firmware = PlainPxe(ClientArchitecture.X64Uefi);
        BootDecision first = Decide(Linux(), firmware, null);
        BootDecision second = Decide(Linux(), Ipxe(ClientArchitecture.X64Uefi, "ipxe.efi"), first.Progress! with { FileTaken = true });

        Assert.Equal("ipxe.efi", first.File);
        Assert.Equal(ClientStage.Loader, second.Stage);
        Assert.Equal("http://10.77.0.1:8069/boot.ipxe", second.File);
    }

    [Fact]
    public void The_historical_chain_starts_with_PXELINUX_even_on_an_iPXE_ROM_and_knows_the_chained_iPXE_from_it()
    {
        LoaderProgram[] forced = [LoaderProgram.Pxelinux, LoaderProgram.Ipxe, LoaderProgram.Grub];
        BootImage image = Multiboot2();
        BootDecision rom = BootPolicy.Decide(image, forced, IpxeRom(), null, _catalog, Site);
        BootDecision chained = BootPolicy.Decide(image, forced, Ipxe(ClientArchitecture.X86Bios, "lkrn"), rom.Progress! with { FileTaken = true }, _catalog, Site);

        Assert.Equal("pxelinux.0", rom.File);
        Assert.Equal(ClientStage.Loader, chained.Stage);
        Assert.Equal(1, chained.Progress!.Rounds);
    }

    [Fact]
    public void The_firmware_asking_again_after_it_took_a_file_is_a_new_round()
    {
        BootDecision first = Decide(Linux(), IpxeRom(), null);
        BootDecision repeat = Decide(Linux(), IpxeRom() with { BeginsAttempt = false }, first.Progress! with { FileTaken = true });
        BootDecision again = Decide(Linux(), IpxeRom(), repeat.Progress);

        Assert.Equal(1, repeat.Progress!.Rounds);
        Assert.Equal(2, again.Progress!.Rounds);
        Assert.False(again.Progress.FileTaken);
    }

    [Fact]
    public void The_firmware_trying_again_without_having_taken_a_file_is_the_same_round()
    {
        BootDecision first = Decide(Linux(), IpxeRom(), null);
        BootDecision again = Decide(Linux(), IpxeRom(), first.Progress);

        Assert.Equal(1, again.Progress!.Rounds);
    }

    [Fact]
    public void A_booted_system_gets_an_address_only()
    {
        BootClient udhcpc = Client(ClientKind.System, null, "udhcp") with { VendorClass = "udhcp 1.35.0" };

        BootDecision decision = Decide(Linux(), udhcpc, null);

        Assert.Equal(ClientStage.System, decision.Stage);
        Assert.Equal("", decision.File);
    }

    [Fact]
    public void UEFI_HTTP_boot_gets_a_URL()
    {
        BootClient http = Client(ClientKind.UefiHttp, ClientArchitecture.X64UefiHttp, "http");

        Assert.Equal("http://10.77.0.1:8069/ipxe.efi", Decide(Linux(), http, null).File);
    }

    [Fact]
    public void UEFI_HTTP_boot_without_an_HTTP_port_is_refused_with_the_key_to_set()
    {
        BootClient http = Client(ClientKind.UefiHttp, ClientArchitecture.X64UefiHttp, "http");

        BootDecision decision = BootPolicy.Decide(Linux(), [], http, null, _catalog, Site with { HttpPort = 0 });

        Assert.True(decision.IsRefusal);
        Assert.Contains("network.http", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageProtocol.Multiboot2, ClientArchitecture.X86Bios, "grub.pxe")]
    [InlineData(ImageProtocol.Multiboot2, ClientArchitecture.X64Uefi, "grubx64.efi")]
    [InlineData(ImageProtocol.Multiboot, ClientArchitecture.X86Bios, "pxelinux.0")]
    [InlineData(ImageProtocol.Multiboot, ClientArchitecture.X64Uefi, "grubx64.efi")]
    [InlineData(ImageProtocol.Linux, ClientArchitecture.EfiByteCode, "ipxe.efi")]
    public void The_shortest_chain_fits_protocol_and_firmware(ImageProtocol protocol, ClientArchitecture architecture, string file)
    {
        if (LoaderCatalog.FindGrubMkimage() is null) return; // grub-mkimage is looked for in PATH only; ./test installs it

        Assert.Equal(file, Decide(Image(protocol, "kernel", "args"), PlainPxe(architecture), null).File);
    }

    [Fact]
    public void U_Boot_gets_its_script()
    {
        Assert.Equal("boot.scr.uimg", Decide(Linux(), Client(ClientKind.UBoot, ClientArchitecture.Arm64UBoot, "uboot"), null).File);
    }

    [Fact]
    public void U_Boots_EFI_stage_after_its_script_failed_is_no_new_machine()
    {
        BootDecision first = Decide(Linux(), Client(ClientKind.UBoot, ClientArchitecture.Arm64UBoot, "uboot"), null);
        BootDecision efi = Decide(Linux(), PlainPxe(ClientArchitecture.Arm64Uefi), first.Progress);

        Assert.Equal(ClientStage.Loader, efi.Stage);
        Assert.Equal("", efi.File);
    }

    [Fact]
    public void A_multiboot_image_whose_strings_iPXE_would_cut_goes_through_PXELINUX()
    {
        Assert.Equal("http://10.77.0.1:8069/boot.ipxe", Decide(Image(ImageProtocol.Multiboot, "k", "short"), IpxeRom(), null).File);
        Assert.Equal("pxelinux.0", Decide(Image(ImageProtocol.Multiboot, "k", new string('x', 600)), IpxeRom(), null).File);
    }

    [Fact]
    public void Arguments_that_iPXE_would_change_do_not_go_through_iPXE()
    {
        Assert.Equal("pxelinux.0", Decide(Image(ImageProtocol.Linux, "k", "root=${x}"), IpxeRom(), null).File);
    }

    [Fact]
    public void A_missing_loader_is_named_with_its_package()
    {
        File.Delete(Path.Combine(_loaders, "undionly.kpxe"));
        var nothing = new LoaderCatalog([]);
        if (nothing.Find("undionly.kpxe") is not null) return; // this computer has it

        BootDecision decision = BootPolicy.Decide(Linux(), [LoaderProgram.Ipxe], PlainPxe(ClientArchitecture.X86Bios), null, _catalog, Site);

        Assert.True(decision.IsRefusal);
        Assert.Contains("undionly.kpxe (package ipxe)", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LoaderProgram.Pxelinux)]
    [InlineData(LoaderProgram.Ipxe)]
    public void A_forced_loader_that_cannot_start_the_kernel_is_refused(LoaderProgram loader)
    {
        BootDecision decision = BootPolicy.Decide(Multiboot2(), [loader], IpxeRom(), null, _catalog, Site);

        Assert.True(decision.IsRefusal);
        Assert.Contains("cannot start a multiboot 2 kernel", decision.Reason, StringComparison.Ordinal);
    }

    private BootDecision Decide(BootImage image, BootClient client, BootProgress? progress) =>
        BootPolicy.Decide(image, [], client, progress, _catalog, Site);

    private static BootImage Linux() => Image(ImageProtocol.Linux, "vmlinuz", "console=ttyS0");

    private static BootImage Multiboot2() => Image(ImageProtocol.Multiboot2, "sample.bin", "one two");

    private static BootImage Image(ImageProtocol protocol, string name, string args) =>
        new("image", new ImageFile("/" + name, name, args), protocol, [], null);

    private static BootClient IpxeRom() => Ipxe(ClientArchitecture.X86Bios, "rom");

    private static BootClient Ipxe(ClientArchitecture architecture, string flavour) => Client(ClientKind.Ipxe, architecture, "iPXE " + flavour);

    private static BootClient PlainPxe(ClientArchitecture architecture) => Client(ClientKind.Pxe, architecture, "PXE " + architecture);

    private static BootClient Client(ClientKind kind, ClientArchitecture? architecture, string fingerprint) => new()
    {
        Mac = PhysicalAddress.Parse("525400770001"),
        Kind = kind,
        Architectures = architecture is { } a ? [a] : [],
        Fingerprint = fingerprint,
        BeginsAttempt = true,
    };
}
