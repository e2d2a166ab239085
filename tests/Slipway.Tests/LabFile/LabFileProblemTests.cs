using System.Text;

namespace Slipway.Tests.LabFile;

/// <summary>Each code once: where it is said to be, and in which words.</summary>
public sealed class LabFileProblemTests
{
    [Theory]
    // 10xx: YAML
    [InlineData("lab: [", "lab.yaml:2:1: SLP1005: not YAML: ")]
    [InlineData("lab: desk\n\tnetwork: x\n", "SLP1005: not YAML: ")]
    [InlineData("lab: &a desk", "lab.yaml:1:6: SLP1006: anchors (&name) and aliases (*name) are not used here")]
    [InlineData("lab: *a", "lab.yaml:1:6: SLP1006: anchors")]
    [InlineData("lab: !!str desk", "lab.yaml:1:6: SLP1006: YAML tags (!name) are not used here")]
    [InlineData("", "lab.yaml: SLP1008: the file is empty")]
    [InlineData("# nothing\n", "lab.yaml: SLP1008: the file is empty")]
    [InlineData("lab: a\nnetwork: { interface: virtual }\n---\nlab: b\n", "lab.yaml:4:1: SLP1008: a lab file is one YAML document; a second one starts here")]
    [InlineData("include: [lab.yaml]", "lab.yaml:1:11: SLP1010: the file includes itself: lab.yaml → lab.yaml")]
    [InlineData("include: [nowhere.yaml]", "lab.yaml:1:11: SLP1001: no such file: 'nowhere.yaml'")]
    // 11xx: keys and values
    [InlineData("labb: desk", "lab.yaml:1:1: SLP1101: the lab file has no key 'labb' (did you mean 'lab'?")]
    [InlineData("lab: desk\nlab: two", "lab.yaml:2:1: SLP1103: 'lab' stands here a second time (first at lab.yaml:1:1)")]
    [InlineData("network: { interface: virtual }", "lab.yaml:1:1: SLP1104: the lab file has no 'lab': give the lab a name, such as 'lab: desk'")]
    [InlineData("[a]", "lab.yaml:1:1: SLP1105: the lab file must be a mapping (key: value), found a list")]
    [InlineData("lab: {}", "lab.yaml:1:6: SLP1105: 'lab' of the lab file must be a single value, found a mapping")]
    [InlineData("lab: -desk", "lab.yaml:1:6: SLP1110: '-desk' is no lab name: use letters, digits")]
    // 13xx: network
    [InlineData("lab: desk", "lab.yaml:1:1: SLP1301: the lab file has no 'network: { interface: … }': name the one interface")]
    [InlineData("network: { http: 0 }", "lab.yaml:1:10: SLP1301: the network has no 'interface': name the one interface the lab's machines hang on")]
    [InlineData("network: { interface: eth/0 }", "lab.yaml:1:23: SLP1302: 'eth/0' is no interface name")]
    [InlineData("network: { interface: virtual, address: 10.1/24 }", "lab.yaml:1:41: SLP1303: 'address' of the network is our own address")]
    [InlineData("network: { interface: virtual, address: 10.1.0.1/31 }", "lab.yaml:1:41: SLP1303: 'address' of the network is our own address")]
    [InlineData("network: { interface: virtual, address: 10.1.0.0/24 }", "lab.yaml:1:41: SLP1306: '10.1.0.0/24' is the network address of 10.1.0.0/24")]
    [InlineData("network: { interface: virtual, dhcp: { dns: 10.1.0.01 } }", "lab.yaml:1:45: SLP1303: 'dns' of 'dhcp' is an IPv4 address such as 192.168.77.10, not '10.1.0.01'")]
    [InlineData("network: { interface: virtual, dhcp: { router: 10.1.0.1 } }", "lab.yaml:1:48: SLP1305: the router 10.1.0.1 is outside the subnet 10.77.0.0/24")]
    [InlineData("network: { interface: virtual, dhcp: { range: 10.77.0.5 } }", "lab.yaml:1:47: SLP1307: 'range' is two IPv4 addresses")]
    [InlineData("network: { interface: eth0, dhcp: { range: 10.0.0.0-10.9.0.0 } }", "lab.yaml:1:44: SLP1307: the range '10.0.0.0-10.9.0.0' has more than 65536 addresses")]
    [InlineData("network: { interface: virtual, dhcp: { range: 10.77.0.9-10.77.0.5 } }", "lab.yaml:1:47: SLP1308: the range '10.77.0.9-10.77.0.5' ends before it starts")]
    [InlineData("network: { interface: virtual, dhcp: { range: 10.77.0.9-10.77.1.5 } }", "lab.yaml:1:47: SLP1309: the range '10.77.0.9-10.77.1.5' is not inside the subnet 10.77.0.0/24 (usable: 10.77.0.1-10.77.0.254)")]
    [InlineData("network: { interface: virtual, dhcp: { range: 10.77.0.1-10.77.0.5 } }", "lab.yaml:1:47: SLP1310: the range '10.77.0.1-10.77.0.5' contains our own address 10.77.0.1")]
    [InlineData("network: { interface: eth0, dhcp: { mode: proxy, lease: 5m } }", "lab.yaml:1:57: SLP1311: warning: 'lease' has no effect with 'mode: proxy'")]
    [InlineData("network: { interface: virtual, dhcp: { mode: fully } }", "lab.yaml:1:46: SLP1106: 'mode' of 'dhcp' cannot be 'fully' (did you mean 'full'? legal: full, proxy, off)")]
    [InlineData("network: { interface: virtual, dhcp: { lease: 1m } }", "lab.yaml:1:47: SLP1108: 'lease' of 'dhcp' is from 2m to 30d, not '1m'")]
    [InlineData("network: { interface: virtual, dhcp: { lease: soon } }", "lab.yaml:1:47: SLP1108: 'lease' of 'dhcp' is a duration such as 500ms")]
    [InlineData("network: { interface: virtual, http: 70000 }", "lab.yaml:1:38: SLP1107: 'http' of the network is a whole number from 0 to 65535, not '70000'")]
    [InlineData("network: { interface: virtual, router-advertisement: yes }", "lab.yaml:1:54: SLP1106: 'router-advertisement' of the network is true or false, not 'yes'")]
    [InlineData("crash: ['(']", "lab.yaml:1:9: SLP1115: 'crash' of the lab file: '(' is no regular expression we can use: insufficient closing parentheses at character 1")]
    [InlineData("crash: ['a(?=b)']", "lab.yaml:1:9: SLP1115: 'crash' of the lab file: 'a(?=b)' is no regular expression we can use: look-around")]
    [InlineData("crash: ['x*']", "lab.yaml:1:9: SLP1118: 'crash' of the lab file: 'x*' matches an empty line")]
    [InlineData("files: [~bob/x]", "lab.yaml:1:9: SLP1117: 'files' of the lab file: only '~/' is understood")]
    [InlineData("files: ['']", "lab.yaml:1:9: SLP1117: 'files' of the lab file is an empty path")]
    [InlineData("files: ['${NOWHERE}']", "lab.yaml:1:9: SLP1111: the environment variable NOWHERE is not set")]
    [InlineData("files: ['${NOWHERE']", "lab.yaml:1:9: SLP1111: '${' has no closing '}'")]
    [InlineData("files: [\"a\\nb\"]", "lab.yaml:1:9: SLP1120: 'files' of the lab file has a line break or another control character in its path")]
    public void A_wrong_lab_file_says_where_and_what(string text, string expected)
    {
        var problems = Reading.LabProblems(text);

        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("images: { k: { genode: x } }", "lab.yaml:3:16: SLP1102: 'genode' of image 'k': Genode run directories are not in this version")]
    [InlineData("images: { k: { kernel: k, protocol: efi } }", "lab.yaml:3:37: SLP1102: 'protocol' of image 'k': efi is not in this version (it knows: linux, multiboot, multiboot2)")]
    [InlineData("images: { k: { protocol: linux } }", "lab.yaml:3:14: SLP1104: image 'k' has no 'kernel': say which file to boot")]
    [InlineData("images: { k: { kernel: k } }", "lab.yaml:3:14: SLP1104: image 'k' has no 'protocol'")]
    [InlineData("images: { k: { kernel: k, protocol: linux, args: \"a\\nb\" } }", "lab.yaml:3:50: SLP1120: 'args' of image 'k' has a line break")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot, initrd: x } }", "lab.yaml:3:56: SLP1204: image 'k' is multiboot and has no 'initrd'; give the file under 'modules'")]
    [InlineData("images: { k: { kernel: k, protocol: linux, modules: [x] } }", "lab.yaml:3:53: SLP1205: image 'k' is linux and has no 'modules'; give the file under 'initrd'")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot2, devicetree: x } }", "lab.yaml:3:61: SLP1213: image 'k' is multiboot2; only a linux image takes a 'devicetree'")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot2, loader: [grub, pxelinux] } }", "lab.yaml:3:57: SLP1206: image 'k': the loader pxelinux cannot boot multiboot2; let the chain end in grub")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot2, loader: ipxe } }", "lab.yaml:3:57: SLP1206: image 'k': the loader ipxe cannot boot multiboot2")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot, loader: uboot } }", "lab.yaml:3:56: SLP1206: image 'k': the loader uboot boots linux only, not multiboot")]
    [InlineData("images: { k: { kernel: k, protocol: linux, loader: [ipxe, ipxe] } }", "lab.yaml:3:52: SLP1206: image 'k': the loader chain ipxe → ipxe goes through one loader twice")]
    [InlineData("images: { k: { kernel: k, protocol: linux, loader: gruv } }", "lab.yaml:3:52: SLP1106: 'loader' of image 'k' cannot be 'gruv' (did you mean 'grub'?")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot, modules: [{ name: x }] } }", "lab.yaml:3:58: SLP1104: a module of image 'k' has no 'file'")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot } }\nmachines: { m: { qemu: { firmware: uboot } } }", "lab.yaml:3:11: SLP1207: warning: no machine can boot image 'k': its firmware is U-Boot, which boots linux only")]
    [InlineData("machines: { m: { tags: [a b], qemu: } }", "lab.yaml:3:25: SLP1110: 'a b' is no tag name")]
    [InlineData("machines: { 'm/1': { qemu: } }", "lab.yaml:3:13: SLP1110: 'm/1' is no machine name")]
    [InlineData("machines: { m: { } }", "lab.yaml:3:16: SLP1104: machine 'm' has no 'mac'")]
    [InlineData("machines: { m: { mac: 00:11:22:33:44 } }", "lab.yaml:3:23: SLP1201: 'mac' of machine 'm' is six pairs of hexadecimal digits such as 00:1b:21:41:cf:4c, not '00:11:22:33:44'")]
    [InlineData("machines: { m: { mac: 01:00:5e:00:00:01 } }", "lab.yaml:3:23: SLP1201: 'mac' of machine 'm': no NIC has the address '01:00:5e:00:00:01' (a group address)")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c }, n: { mac: 00-1B-21-41-CF-4C } }", "lab.yaml:3:54: SLP1202: machine 'n' has the MAC 00:1b:21:41:cf:4c of machine 'm' (at lab.yaml:3:23): a MAC is how a machine is recognised")]
    [InlineData("machines: { m: { qemu: { firmware: uboot } }, n: { qemu: { firmware: uboot } } }", "lab.yaml:3:47: SLP1202: machine 'n' has the MAC 52:52:52:52:52:52 of machine 'm' (at lab.yaml:3:13): Debian's U-Boot for QEMU always has this one")]
    [InlineData("images: { nautilus: { kernel: k, protocol: linux }, linux: { kernel: k, protocol: linux } }\nmachines:\n  nuc3: { qemu: , image: nautilis }", "lab.yaml:5:26: SLP1203: machine 'nuc3' names image 'nautilis', which is not declared (did you mean 'nautilus'? declared: nautilus, linux)")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot } }\nmachines: { m: { image: k, qemu: { firmware: uboot } } }", "lab.yaml:4:25: SLP1209: machine 'm' cannot boot image 'k': its firmware is U-Boot, which boots linux only, not multiboot")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot2 } }\nmachines: { m: { image: k, qemu: , loader: pxelinux } }", "lab.yaml:4:25: SLP1209: machine 'm' cannot boot image 'k': the loader pxelinux cannot boot multiboot2")]
    [InlineData("images: { k: { kernel: k, protocol: multiboot } }\nmachines: { m: { image: k, qemu: { firmware: uefi }, loader: ipxe } }", "lab.yaml:4:25: SLP1209: machine 'm' cannot boot image 'k': the loader ipxe boots multiboot on BIOS only")]
    [InlineData("machines: { m: { qemu: , console: { driver: command, command: cat } } }", "lab.yaml:3:35: SLP1210: machine 'm' has 'qemu', which gives it power and console; remove 'console'")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, power: { driver: command } } }", "lab.yaml:3:49: SLP1212: 'power' of machine 'm' can switch nothing")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x } } }", "lab.yaml:3:47: SLP1104: 'amt' of machine 'm' has no 'password': the firmware's own, such as \"${AMT_PASSWORD}\" or file:PATH")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { password: \"${HOME}\" } } }", "lab.yaml:3:47: SLP1104: 'amt' of machine 'm' has no 'host': say where the firmware is: its name or address")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: 'a b', password: \"${HOME}\" } } }", "lab.yaml:3:55: SLP1214: 'host' of 'amt' of machine 'm' is a name or an address such as 192.168.77.20, not 'a b'; a port goes into 'port'")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x, password: \"${HOME}\", tls: maybe } } }", "lab.yaml:3:84: SLP1106")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x, password: \"${HOME}\", boot-order: pxe } } }", "lab.yaml:3:91: SLP1106")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x, password: \"${HOME}\", certificate: abc } } }", "lab.yaml:3:92: SLP1215")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x, password: \"${HOME}\", user: 'a:b' } } }", "lab.yaml:3:85: SLP1110")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, amt: { host: x, password: \"${HOME}\", passwort: y } } }", "lab.yaml:3:79: SLP1101")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: serial, device: /dev/ttyS0, baud: 115200 } } }", "lab.yaml:3:61: SLP1102: 'driver' of 'console' of machine 'm': serial is not in this version (it knows: command)")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: 'cat \"x' } } }", "lab.yaml:3:79: SLP1116: 'command' of 'console' of machine 'm' has a quote that is not closed")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: [] } } }", "lab.yaml:3:79: SLP1116: 'command' of 'console' of machine 'm' names no program")]
    [InlineData("machines: { m: { qemu: , loader: [ipxe, ipxe] } }", "lab.yaml:3:34: SLP1206: machine 'm' goes through one loader twice")]
    [InlineData("machines: { m: { qemu: { memory: 1T } } }", "lab.yaml:3:34: SLP1109: 'memory' of 'qemu' of machine 'm' is a size such as 256M or 1G (a plain number is MiB), from 8M to 1048576M, not '1T'")]
    [InlineData("machines: { m: { qemu: { firmware: seabios } } }", "lab.yaml:3:36: SLP1106: 'firmware' of 'qemu' of machine 'm' cannot be 'seabios' (legal: bios, uefi, uboot)")]
    [InlineData("machines: { m: { qemu: { nic: 'e1000,mac=x' } } }", "lab.yaml:3:31: SLP1110: 'e1000,mac=x' is no QEMU NIC name")]
    [InlineData("machines: { m: { qemu: , ip: 10.77.0.5 }, n: { qemu: , ip: 10.77.0.5 } }", "lab.yaml:3:60: SLP1304: machine 'n' has the address 10.77.0.5 of machine 'm' (at lab.yaml:3:30)")]
    [InlineData("machines: { m: { qemu: , ip: 10.78.0.5 } }", "lab.yaml:3:30: SLP1305: machine 'm' has the address 10.78.0.5, which is outside the subnet 10.77.0.0/24")]
    [InlineData("machines: { m: { qemu: , ip: 10.77.0.1 } }", "lab.yaml:3:30: SLP1306: machine 'm' has the address 10.77.0.1, which is our own")]
    [InlineData("machines: { m: { qemu: , ip: 10.77.0.0 } }", "lab.yaml:3:30: SLP1306: machine 'm' has the address 10.77.0.0, which is the network address of 10.77.0.0/24")]
    [InlineData("machines: { m: { qemu: , ip: 10.77.0.255 } }", "lab.yaml:3:30: SLP1306: machine 'm' has the address 10.77.0.255, which is the broadcast address of 10.77.0.0/24")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: cat, env: { A: file:none } } } }", "lab.yaml:3:94: SLP1112: 'A' in 'env' of 'console' of machine 'm': the file 'file:none' cannot be read (it is not there)")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: cat, env: { A: file:open } } } }", "lab.yaml:3:94: SLP1113: warning: 'A' in 'env' of 'console' of machine 'm': everybody may read 'file:open'; chmod 600 it")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: cat, env: { PASSWORD: x } } } }", "lab.yaml:3:101: SLP1114: warning: 'PASSWORD' in 'env' of 'console' of machine 'm' is written out here for every reader of the file; use \"${PASSWORD}\" or file:PATH")]
    public void A_wrong_image_or_machine_is_the_only_thing_reported(string text, string expected)
    {
        var files = new MemoryFiles().With("open", "x");
        files.ReadableByOthers.Add("/lab/open");

        var problem = Assert.Single(Reading.VirtualLabProblems(text, files), p => !p.Contains("SLP1207", StringComparison.Ordinal) || expected.Contains("SLP1207", StringComparison.Ordinal));

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_virtual_machine_on_a_real_interface_is_refused_with_the_way_out()
    {
        var problems = Reading.LabProblems("lab: desk\nnetwork: { interface: eth0, dhcp: { mode: off } }\nmachines: { m: { qemu: } }\n");

        Assert.StartsWith("lab.yaml:3:13: SLP1211: machine 'm' is a virtual machine, and those live on a network of their own", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_will_get_no_address_is_warned_about()
    {
        var problems = Reading.LabProblems("lab: desk\nnetwork: { interface: eth0 }\nmachines: { m: { mac: 00:1b:21:41:cf:4c } }\n");

        Assert.StartsWith("lab.yaml:3:13: SLP1312: warning: machine 'm' has no 'ip' and dhcp has no 'range'", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_two_files_names_both_places()
    {
        var files = new MemoryFiles().With("more.yaml", "lab: other\nmachines: { m: { qemu: } }\n");

        var problems = Reading.VirtualLabProblems("include: more.yaml\nmachines: { m: { qemu: } }\n", files);

        Assert.Equal(
            ["more.yaml:1:6: SLP1119: 'lab' is said a second time (first at lab.yaml:1:6)", "more.yaml:2:13: SLP1119: machine 'm' is declared a second time (first at lab.yaml:4:13)"],
            problems);
    }

    [Fact]
    public void Includes_that_go_in_a_circle_name_the_circle()
    {
        var files = new MemoryFiles().With("b.yaml", "include: c.yaml").With("c.yaml", "include: b.yaml");

        var problems = Reading.VirtualLabProblems("include: b.yaml\n", files);

        Assert.Equal(["c.yaml:1:10: SLP1010: the file includes itself: lab.yaml → b.yaml → c.yaml → b.yaml"], problems);
    }

    [Fact]
    public void Includes_stop_sixteen_deep()
    {
        var files = new MemoryFiles();
        for (var i = 0; i < 40; i++) files.With($"f{i}.yaml", $"include: f{i + 1}.yaml");

        var problems = Reading.VirtualLabProblems("include: f0.yaml\n", files);

        Assert.Equal(["f14.yaml:1:10: SLP1011: includes go more than 16 deep: lab.yaml → f0.yaml → f1.yaml → … → f13.yaml → f14.yaml → f15.yaml"], problems);
        Assert.Equal(16, files.Reads);
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_an_error_where_it_is_named()
    {
        var files = new MemoryFiles();
        files.Forbidden.Add("/lab/other.yaml");

        Assert.Equal(["lab.yaml:3:10: SLP1002: 'other.yaml' cannot be read: no permission, or a directory"], Reading.VirtualLabProblems("include: other.yaml\n", files));
    }

    [Theory]
    [InlineData("lab: d\nimages: \u00e4\u0000", "lab.yaml:2:10: SLP1004: the byte 0x00 has no place in a text file")]
    [InlineData("lab: \u001b[31m", "lab.yaml:1:6: SLP1004: the byte 0x1B has no place in a text file")]
    public void Control_characters_are_refused(string text, string expected) => Assert.Equal([expected], Reading.LabProblems(text));

    [Fact]
    public void Text_in_another_encoding_is_refused_where_it_shows() =>
        Assert.Equal(["lab.yaml:2:5: SLP1004: the byte 0xE9 is not UTF-8; save the file as UTF-8"], Reading.LabProblems(Encoding.Latin1.GetBytes("lab: d\n# caf\u00e9\n".Replace("# caf", "#caf", StringComparison.Ordinal))));

    [Theory]
    [InlineData("machines: { m: { mac: '${SECRET_WORD}' } }")]
    [InlineData("machines: { m: { qemu: , image: '${SECRET_WORD}' } }")]
    [InlineData("machines: { m: { qemu: { memory: '${SECRET_WORD}', firmware: '${SECRET_WORD}' } } }")]
    [InlineData("machines: { m: { mac: 00:1b:21:41:cf:4c, power: { driver: command, on: '${SECRET_WORD} \"' , env: { PASSWORD:hunter2, B: [hunter2] } } } }")]
    [InlineData("crash: '(${SECRET_WORD}'")]
    [InlineData("files: '${SECRET_WORD}'")]
    [InlineData("include: '${SECRET_WORD}'")]
    public void What_came_from_the_environment_is_in_no_message(string text)
    {
        var problems = Reading.LabProblems("lab: desk\nnetwork: { interface: virtual }\n" + text);

        Assert.NotEmpty(problems);
        Assert.All(problems, p => Assert.DoesNotContain("hunter2", p, StringComparison.Ordinal));
    }
}
