using System.Net;
using System.Text;
using Slipway.Netboot.Loaders;

namespace Slipway.Tests.Netboot.Loaders;

public sealed class GeneratedConfigurationTests
{
    private static readonly BootSite Site = new(IPAddress.Parse("10.77.0.1"), 8069);

    [Fact]
    public void PXELINUX_is_told_LINUX_so_that_the_extension_does_not_decide()
    {
        string text = PxelinuxConfig.Write(Image(ImageProtocol.Linux, "kernel.bin", "a=1  b='x y'", ("initrd.gz", "")), Chain(LoaderProgram.Pxelinux), Site);

        Assert.StartsWith("SERIAL 0 115200\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  LINUX kernel.bin\n  INITRD initrd.gz\n  APPEND a=1  b='x y'\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void PXELINUX_starts_multiboot_through_mboot()
    {
        string text = PxelinuxConfig.Write(Image(ImageProtocol.Multiboot, "sample.bin", "one", ("a.txt", "x y"), ("b.bin", "")), Chain(LoaderProgram.Pxelinux), Site);

        Assert.Contains("\n  COM32 mboot.c32\n  APPEND sample.bin one --- a.txt x y --- b.bin\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void PXELINUX_hands_over_to_iPXE_with_a_command_that_cannot_loop()
    {
        string text = PxelinuxConfig.Write(Image(ImageProtocol.Linux, "k", ""), Chain(LoaderProgram.Pxelinux, LoaderProgram.Ipxe), Site);

        Assert.Contains("\n  LINUX ipxe.lkrn\n  APPEND dhcp && chain http://10.77.0.1:8069/boot.ipxe\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_iPXE_script_fetches_by_HTTP_and_says_where_it_stopped()
    {
        string text = IpxeScript.Write(Image(ImageProtocol.Linux, "vmlinuz", "console=ttyS0", ("i.gz", "")), Chain(LoaderProgram.Ipxe), Site, forGpxe: false);

        Assert.StartsWith("#!ipxe\n", text, StringComparison.Ordinal);
        Assert.Contains("\nkernel http://10.77.0.1:8069/vmlinuz console=ttyS0 || goto failed\ninitrd http://10.77.0.1:8069/i.gz || goto failed\nboot || goto failed\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Under_UEFI_the_kernel_is_told_its_initrd_by_name()
    {
        var chain = new BootChain(ClientPlatform.X64Uefi, [LoaderProgram.Ipxe], "");

        string text = IpxeScript.Write(Image(ImageProtocol.Linux, "vmlinuz", "quiet", ("m0/i.gz", "")), chain, Site, forGpxe: false);

        Assert.Contains("kernel http://10.77.0.1:8069/vmlinuz initrd=i.gz quiet ||", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gPXE_script_has_neither_labels_nor_jumps()
    {
        string text = IpxeScript.Write(Image(ImageProtocol.Linux, "vmlinuz", ""), Chain(LoaderProgram.Ipxe), Site with { HttpPort = 0 }, forGpxe: true);

        Assert.StartsWith("#!gpxe\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("goto", text, StringComparison.Ordinal);
        Assert.DoesNotContain(":failed", text, StringComparison.Ordinal);
        Assert.Contains("kernel tftp://10.77.0.1/vmlinuz\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void GRUB_gets_names_in_front_of_module_arguments_and_every_odd_word_in_quotes()
    {
        string text = GrubConfig.Write(Image(ImageProtocol.Multiboot2, "sample.bin", "a=1 $x it's", ("a.txt", "first")), Chain(LoaderProgram.Grub), Site);

        Assert.Contains("multiboot2 /sample.bin a=1 '$x' 'it'\\''s'; then", text, StringComparison.Ordinal);
        Assert.Contains("module2 /a.txt a.txt first\n", text, StringComparison.Ordinal);
        Assert.EndsWith("boot\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_U_Boot_script_image_has_both_checksums_right()
    {
        byte[] image = UBootScript.Wrap("echo hello\n", "test");

        Assert.Equal([0x27, 0x05, 0x19, 0x56], image[..4]);
        Assert.Equal(0xCBF43926, UBootScript.Crc32("123456789"u8));
        Assert.Equal("echo hello\n", Encoding.ASCII.GetString(image[72..]));
        uint headerCrc = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(4));
        byte[] header = image[..64];
        header.AsSpan(4, 4).Clear();
        Assert.Equal(UBootScript.Crc32(header), headerCrc);
    }

    private static BootChain Chain(params LoaderProgram[] loaders) => new(ClientPlatform.X86Bios, loaders, "");

    private static BootImage Image(ImageProtocol protocol, string name, string args, params (string Name, string Args)[] modules) =>
        new("image", new ImageFile("/" + name, name, args), protocol, [.. modules.Select(m => new ImageFile("/" + m.Name, m.Name, m.Args))], null);
}
