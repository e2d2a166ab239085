using System.Net;
using Slipway.LabFile;

namespace Slipway.Tests.LabFile;

public sealed class LabFileReaderTests
{
    private const string Desk = """
        lab: desk
        network:
          interface: eth1              # the only interface that answers
          address: 192.168.77.1/24
          dhcp:
            mode: full
            range: 192.168.77.100-192.168.77.150
            router: 192.168.77.1
            dns: [192.168.77.1]
            domain: lab.example
            unknown: record
            lease: 1h30m
          http: 8070
        images:
          nautilus:
            kernel: ~/nautilus/nautilus.bin
            protocol: multiboot2
            args: "-serial 0x3f8"
            modules:
              - "boot/vm.img name=vm  ro"
              - { file: other.bin, name: second, args: x=1 }
          palacios-linux:
            kernel: ${DIR}/bzImage
            protocol: linux
            args: movablecore=262144 console=ttyS0,115200 $${kept}
            initrd: [host/initramfs.cpio]
            crash: [Oops]
            banner: 'Linux version'
        machines:
          aronnax:
            mac: 00:1b:21:41:cf:4c
            ip: 192.168.77.10
            tags: [intel, vtx]
            image: nautilus
            loader: [pxelinux, ipxe, grub]
            console: { driver: command, command: [socat, "-", "/dev/ttyS0,b115200"] }
            power:
              driver: command
              on: ipmitool -H 'bmc one' power on
              off: [ipmitool, power, off]
              env: { IPMI_PASSWORD: "${SECRET_WORD}" }
              timeout: 5s
        files: [pub]
        loaders: /usr/local/boot
        crash: triple fault

        """;

    [Fact]
    public void The_lab_of_the_design_is_read_whole()
    {
        var lab = Reading.Lab(Desk).Lab;

        Assert.Equal("desk", lab.Name);
        Assert.Equal("/lab/lab.yaml", lab.Path);
        Assert.Equal("eth1", lab.Network.Interface);
        Assert.Equal(24, lab.Network.PrefixLength);
        Assert.Equal(8070, lab.Network.HttpPort);
        Assert.Equal(UnknownMachines.Record, lab.Network.Dhcp.Unknown);
        Assert.Equal(IPAddress.Parse("192.168.77.150"), lab.Network.Dhcp.RangeLast);
        Assert.Equal(TimeSpan.FromMinutes(90), lab.Network.Dhcp.LeaseTime);
        Assert.Equal(["/lab/pub"], lab.Files);
        Assert.Equal(["/usr/local/boot"], lab.LoaderDirectories);
        Assert.Equal(["triple fault"], lab.CrashPatterns);
    }

    [Fact]
    public void Images_have_absolute_paths_and_their_modules_in_order()
    {
        var images = Reading.Lab(Desk).Lab.Images;

        Assert.Equal("/home/ada/nautilus/nautilus.bin", images["nautilus"].Kernel);
        Assert.Equal(BootProtocol.Multiboot2, images["nautilus"].Protocol);
        Assert.Equal([new("/lab/boot/vm.img", "vm.img", "name=vm  ro"), new ModuleDescription("/lab/other.bin", "second", "x=1")], images["nautilus"].Modules);
        Assert.Equal("/lab/built/bzImage", images["palacios-linux"].Kernel);
        Assert.Equal("movablecore=262144 console=ttyS0,115200 ${kept}", images["palacios-linux"].Args);
        Assert.Equal(["/lab/host/initramfs.cpio"], images["palacios-linux"].Initrd);
        Assert.Equal("lab.yaml:15:3", images["nautilus"].Where);
    }

    [Fact]
    public void A_machine_switched_by_programs_has_them_as_words()
    {
        var machine = Reading.Lab(Desk).Lab.Machines["aronnax"];

        Assert.Equal(["ipmitool", "-H", "bmc one", "power", "on"], machine.Power!.On);
        Assert.Equal(["socat", "-", "/dev/ttyS0,b115200"], machine.Console!.Command);
        Assert.Equal("hunter2", machine.Power.Environment["IPMI_PASSWORD"].Reveal());
        Assert.Equal(TimeSpan.FromSeconds(5), machine.Power.Timeout);
        Assert.Equal([LoaderKind.Pxelinux, LoaderKind.Ipxe, LoaderKind.Grub], machine.Loader);
    }

    [Fact]
    public void Missing_files_are_warnings_because_kernels_are_often_not_built_yet()
    {
        var warnings = Reading.Lab(Desk).Warnings;

        Assert.All(warnings, w => Assert.Equal("SLP1208", w.Code));
        Assert.Equal("lab.yaml:16:13: SLP1208: warning: 'kernel' of image 'nautilus': '~/nautilus/nautilus.bin' is not there (yet)", warnings[0].ToString());
    }

    [Fact]
    public void A_virtual_network_needs_nothing_but_the_word()
    {
        var network = Reading.Lab("lab: desk\nnetwork: { interface: virtual }\n").Lab.Network;

        Assert.True(network.IsVirtual);
        Assert.Equal(IPAddress.Parse("10.77.0.1"), network.Address);
        Assert.Equal(24, network.PrefixLength);
        Assert.Equal(IPAddress.Parse("10.77.0.100"), network.Dhcp.RangeFirst);
        Assert.Equal(IPAddress.Parse("10.77.0.199"), network.Dhcp.RangeLast);
        Assert.Equal(8069, network.HttpPort);
        Assert.True(network.RouterAdvertisement);
    }

    [Theory]
    [InlineData("10.9.0.1/25", "10.9.0.64", "10.9.0.126")]
    [InlineData("10.9.0.150/24", "10.9.0.1", "10.9.0.127")]
    [InlineData("10.9.0.2/30", "10.9.0.1", "10.9.0.1")]
    [InlineData("10.9.0.1/16", "10.9.0.100", "10.9.0.199")]
    public void The_default_range_of_a_virtual_network_fits_it_and_leaves_our_address_out(string address, string first, string last)
    {
        var dhcp = Reading.Lab($"lab: desk\nnetwork: {{ interface: virtual, address: {address} }}\n").Lab.Network.Dhcp;

        Assert.Equal((IPAddress.Parse(first), IPAddress.Parse(last)), (dhcp.RangeFirst!, dhcp.RangeLast!));
    }

    [Fact]
    public void A_virtual_machine_has_a_mac_that_never_changes()
    {
        var machines = Reading.Lab(Reading.SmallLab).Lab.Machines;

        Assert.Equal("52540072BBA3", machines["vm1"].Mac.ToString());
        Assert.Equal("525252525252", machines["arm"].Mac.ToString());
    }

    [Fact]
    public void Every_key_of_a_virtual_machine_arrives()
    {
        var qemu = Reading.Lab("""
            lab: desk
            network: { interface: virtual, router-advertisement: false }
            machines:
              a: { qemu: { firmware: uefi, memory: 1G, cpus: 4, cpu: "max,+vmx", ipxe-rom: true, nic: e1000e, accel: kvm, args: -device 'virtio-rng-pci' -S } }
              b: { qemu: { memory: 64 } }
              c: { qemu: }
            """).Lab.Machines;

        Assert.Equal(QemuFirmware.Uefi, qemu["a"].Qemu!.Firmware);
        Assert.Equal(1024, qemu["a"].Qemu!.MemoryMiB);
        Assert.True(qemu["a"].Qemu!.IpxeRom);
        Assert.Equal("kvm", qemu["a"].Qemu!.Accel);
        Assert.Equal(["-device", "virtio-rng-pci", "-S"], qemu["a"].Qemu!.Args);
        Assert.Equal(64, qemu["b"].Qemu!.MemoryMiB);
        Assert.Equal(new QemuDescription(), qemu["c"].Qemu);
    }

    [Fact]
    public void Included_files_are_merged_and_their_paths_are_their_own()
    {
        var files = new MemoryFiles()
            .With("racks/one.yaml", "machines:\n  r1: { qemu: , image: k }\ninclude: ../images.yaml\n")
            .With("images.yaml", "images:\n  k: { kernel: k.bin, protocol: linux }\n");

        var result = Reading.Lab("lab: desk\nnetwork: { interface: virtual }\ninclude: [racks/one.yaml, images.yaml]\n", files);

        Assert.Equal("/lab/k.bin", result.Lab.Images["k"].Kernel);
        Assert.Equal("racks/one.yaml:2:3", result.Lab.Machines["r1"].Where);
        Assert.Equal(["racks/../images.yaml:2:16: SLP1208: warning: 'kernel' of image 'k': 'k.bin' is not there (yet)"], result.Warnings.Select(w => w.ToString()));
    }

    [Fact]
    public void A_secret_from_a_file_loses_its_line_end_and_never_prints()
    {
        var files = new MemoryFiles().With("pw", "s3cr3t\n");

        var environment = Reading.Lab("""
            lab: desk
            network: { interface: eth0 }
            machines:
              a: { mac: "00:1b:21:41:cf:4c", console: { driver: command, command: cat, env: { TOKEN: "file:pw" } } }
            """, files).Lab.Machines["a"].Console!.Environment;

        Assert.Equal("s3cr3t", environment["TOKEN"].Reveal());
        Assert.Equal("***", $"{environment["TOKEN"]}");
    }

    [Fact]
    public void Byte_order_mark_and_carriage_returns_do_not_shift_places()
    {
        var problems = Reading.LabProblems("\uFEFFlab: desk\r\nnetwork: { interface: virtual }\r\nbogus: 1\r\n");

        Assert.Equal(["lab.yaml:3:1: SLP1101: the lab file has no key 'bogus' (keys: include, lab, network, images, machines, files, loaders, crash)"], problems);
    }

    [Fact]
    public void All_problems_come_at_once_in_the_order_of_the_text()
    {
        var problems = Reading.LabProblems("""
            lab: my desk
            network: { interface: virtual, http: 99999 }
            machines:
              a: { mac: nonsense, qemu: { memory: lots } }
            """);

        Assert.Equal(["SLP1110", "SLP1107", "SLP1201", "SLP1109"], problems.Select(p => p.Split(": ")[1]));
    }

    [Fact]
    public void Five_hundred_machines_with_everything_said_are_far_below_the_limits()
    {
        var machines = string.Concat(Enumerable.Range(0, 500).Select(i => $$"""
              rack{{i / 40}}-node{{i}}:
                mac: 00:1b:21:41:{{i / 256:x2}}:{{i % 256:x2}}
                ip: 10.8.{{1 + i / 200}}.{{1 + i % 200}}
                tags: [intel, vtx, txt, rack{{i / 40}}]
                image: k
                loader: [pxelinux, grub]
                console: { driver: command, command: [ssh, "console@10.9.0.{{i % 250}}", port{{i}}], env: { CONSOLE_PASSWORD: "${SECRET_WORD}" } }
                power:
                  driver: command
                  on: [ipmitool, -I, lanplus, -H, 10.9.0.{{i % 250}}, -U, admin, -E, power, on]
                  off: [ipmitool, -I, lanplus, -H, 10.9.0.{{i % 250}}, -U, admin, -E, power, off]
                  status: [ipmitool, -I, lanplus, -H, 10.9.0.{{i % 250}}, -U, admin, -E, power, status]
                  env: { IPMI_PASSWORD: "${SECRET_WORD}" }
                  timeout: 10s

            """));
        var text = "lab: hall\nnetwork: { interface: eth0, address: 10.8.0.1/16 }\nimages:\n  k: { kernel: k, protocol: multiboot2 }\nmachines:\n" + machines;

        var lab = Reading.Lab(text).Lab;

        Assert.Equal(500, lab.Machines.Count);
        Assert.InRange(text.Length, 0, LabFileReader.MaxFileBytes / 8);
        Assert.InRange(text.Count(c => c is ':' or ',' or '['), 0, Slipway.LabFile.Yaml.YamlTreeReader.MaxNodes / 4);
    }
}
