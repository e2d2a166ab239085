using System.Net.NetworkInformation;
using System.Text;
using Slipway.Drivers.Qemu;
using Slipway.LabFile;

namespace Slipway.Tests.Drivers;

public sealed class QemuCommandLineTests
{
    private const string Netdev = "tap,id=n0,ifname=t-1,script=no,downscript=no";

    [Fact]
    public void A_BIOS_machine_boots_from_its_NIC_with_the_ROM_that_is_in_it()
    {
        string words = Write(new QemuDescription { MemoryMiB = 128 });

        Assert.Contains("-machine pc ", words, StringComparison.Ordinal);
        Assert.Contains("-device virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,bootindex=1 ", words, StringComparison.Ordinal);
        Assert.Contains("-m 128 ", words, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_romfile_lets_the_firmwares_own_PXE_client_run()
    {
        Assert.Contains("bootindex=1,romfile= ", Write(new QemuDescription { Firmware = QemuFirmware.Uefi, IpxeRom = false }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_starts_stopped_detached_and_stays_when_its_guest_powers_off()
    {
        string words = Write(new QemuDescription());

        Assert.Contains(" -S -daemonize -pidfile ", words, StringComparison.Ordinal);
        Assert.Contains("-action shutdown=pause,reboot=reset,panic=pause", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Acceleration_is_said_and_never_guessed()
    {
        Assert.Contains("-accel tcg ", Write(new QemuDescription()), StringComparison.Ordinal);
        Assert.Contains("-accel kvm ", Write(new QemuDescription { Accel = "kvm" }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_users_own_arguments_come_last()
    {
        Assert.EndsWith("-device i6300esb ", Write(new QemuDescription { Args = ["-device", "i6300esb"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_found_whatever_the_reads_sizes()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("{\"a\":1}\r\n{\"b\":\"ä\"}\n\n{\"c\"");
        for (int at = 0; at <= bytes.Length; at++)
        {
            var lines = new LineSplitter(100);
            Assert.Equal(["{\"a\":1}", "{\"b\":\"ä\"}"], [.. lines.Add(bytes.AsSpan(0, at)), .. lines.Add(bytes.AsSpan(at))]);
        }
    }

    [Fact]
    public void A_line_without_an_end_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => new LineSplitter(10).Add(new byte[11]));
    }

    private static string Write(QemuDescription qemu)
    {
        var machine = new MachineDescription { Name = "vm", Mac = PhysicalAddress.Parse("525400000001"), Qemu = qemu };
        return string.Join(' ', QemuCommandLine.Write(machine, new QemuPlaces("/run/x"), Netdev)) + " ";
    }
}
