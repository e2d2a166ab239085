namespace Slipway.Benchmarks;

/// <summary>A boot both servers do: the run file for Slipway, the files for dnsmasq.</summary>
/// <param name="Name">As in the table of the interop suite.</param>
/// <param name="RunFile">Below samples/runs.</param>
/// <param name="Marker">What the console says when the boot has come up.</param>
/// <param name="MemoryMiB">The virtual machine's memory, as in samples/lab.yaml.</param>
/// <param name="Files">TFTP name → file on this computer.</param>
/// <param name="Texts">TFTP name → configuration.</param>
/// <param name="NeedsGrub">Whether a GRUB core image is to be made.</param>
internal sealed record BootChain(
    string Name, string RunFile, string Marker, int MemoryMiB,
    IReadOnlyDictionary<string, string> Files, IReadOnlyDictionary<string, string> Texts, bool NeedsGrub)
{
    private const string Pxelinux = "/usr/lib/PXELINUX/pxelinux.0";
    private const string Modules = "/usr/lib/syslinux/modules/bios/";

    public static BootChain LinuxByPxelinux(string root) => new(
        "boot 1 (PXELINUX, Linux)", "boot-1-linux-pxelinux.run.yaml", "USERSPACE-OK", 256,
        new Dictionary<string, string>
        {
            ["pxelinux.0"] = Pxelinux,
            ["ldlinux.c32"] = Modules + "ldlinux.c32",
            ["vmlinuz"] = $"{root}/out/samples/vmlinuz",
            ["initramfs.cpio.gz"] = $"{root}/out/samples/initramfs.cpio.gz",
            ["extra.cpio.gz"] = $"{root}/out/samples/extra.cpio.gz",
        },
        new Dictionary<string, string>
        {
            ["pxelinux.cfg/default"] =
                "SERIAL 0 115200\nDEFAULT linux\nPROMPT 0\nLABEL linux\n KERNEL vmlinuz\n INITRD initramfs.cpio.gz,extra.cpio.gz\n" +
                " APPEND console=ttyS0,115200 panic=-1 slipway.tap\n",
        },
        NeedsGrub: false);

    public static BootChain MultibootByFourLoaders(string root) => new(
        "boot 2 (PXELINUX, iPXE, GRUB, multiboot2)", "boot-2-chain.run.yaml", "READY", 256,
        new Dictionary<string, string>
        {
            ["pxelinux.0"] = Pxelinux,
            ["ldlinux.c32"] = Modules + "ldlinux.c32",
            ["ipxe.lkrn"] = "/usr/lib/ipxe/ipxe.lkrn",
            ["sample.bin"] = $"{root}/out/samples/sample.bin",
            ["first.txt"] = $"{root}/out/samples/first.txt",
            ["second.dat"] = $"{root}/out/samples/second.dat",
        },
        new Dictionary<string, string>
        {
            ["pxelinux.cfg/default"] =
                "SERIAL 0 115200\nDEFAULT ipxe\nPROMPT 0\nLABEL ipxe\n KERNEL ipxe.lkrn\n APPEND dhcp && chain tftp://10.78.0.1/boot.ipxe\n",
            ["boot.ipxe"] = "#!ipxe\nchain tftp://10.78.0.1/grub.pxe\n",
            ["grub/grub.cfg"] =
                "serial --unit=0 --speed=115200\nterminal_output serial console\nset timeout=0\n" +
                "multiboot2 /sample.bin one two=2 three\nmodule2 /first.txt first.txt alpha beta\nmodule2 /second.dat numbers\nboot\n",
        },
        NeedsGrub: true);
}
