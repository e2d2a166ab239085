using System.Net;
using System.Net.NetworkInformation;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>What only the lab as a whole can be asked: names that must exist, addresses that must differ, images that must have a machine.</summary>
internal sealed class LabChecks(
    NetworkDescription? network,
    IReadOnlyDictionary<string, ReadImage> images,
    IReadOnlyDictionary<string, ReadMachine> machines,
    bool allRead,
    ProblemList problems)
{
    private readonly Subnet? _subnet =
        network is { Address: { } own, PrefixLength: { } prefix } ? new Subnet(own, prefix) : null;

    public void Run()
    {
        var macs = new Dictionary<PhysicalAddress, ReadMachine>();
        var addresses = new Dictionary<IPAddress, ReadMachine>();
        foreach (var machine in machines.Values)
        {
            CheckMac(machine, macs);
            CheckIp(machine, addresses);
            CheckImage(machine);
            if (machine.Machine.Qemu is not null && network is { IsVirtual: false })
            {
                problems.Add(
                    machine.Place,
                    ProblemCode.QemuOffVirtual,
                    $"machine '{machine.Machine.Name}' is a virtual machine, and those live on a network of their own in this version: "
                    + "say 'interface: virtual' in a lab file for the virtual machines, and keep real ones in another");
            }
        }

        WarnOfUnbootableImages();
    }

    private void CheckMac(ReadMachine machine, Dictionary<PhysicalAddress, ReadMachine> macs)
    {
        var mac = machine.Machine.Mac;
        if (!machine.MacIsKnown || macs.TryAdd(mac, machine)) return;
        var other = macs[mac];
        var advice =
            mac.Equals(MachineReader.UBootMac) && !machine.MacIsGiven ? MachineReader.UBootMacAdvice
            : !machine.MacIsGiven ? "it was made up from the machine's name by bad luck; give it 'mac:'"
            : "a MAC is how a machine is recognised, so each needs its own";
        problems.Add(
            machine.MacPlace,
            ProblemCode.MacTwice,
            $"machine '{machine.Machine.Name}' has the MAC {mac.Spelt()} of machine '{other.Machine.Name}' (at "
                + $"{other.MacPlace}): {advice}");
    }

    private void CheckIp(ReadMachine machine, Dictionary<IPAddress, ReadMachine> addresses)
    {
        var name = machine.Machine.Name;
        if (machine.Machine.Ip is not { } ip)
        {
            if (network is { Dhcp: { Mode: DhcpMode.Full, RangeFirst: null } } && machine.MacIsKnown)
            {
                problems.Warn(
                    machine.Place,
                    ProblemCode.NoAddressForMachine,
                    $"machine '{name}' has no 'ip' and dhcp has no 'range', so it will get no address and not boot");
            }

            return;
        }

        if (!addresses.TryAdd(ip, machine))
        {
            var other = addresses[ip];
            problems.Add(
                machine.IpPlace,
                ProblemCode.AddressTwice,
                $"machine '{name}' has the address {ip} of machine '{other.Machine.Name}' (at {other.IpPlace})");
        }

        if (network?.Address is { } own && own.Equals(ip))
            problems.Add(machine.IpPlace, ProblemCode.ReservedAddress, $"machine '{name}' has the address {ip}, which is our own");
        else if (_subnet is { } subnet && !subnet.Contains(ip))
            problems.Add(
                machine.IpPlace,
                ProblemCode.OutsideSubnet,
                $"machine '{name}' has the address {ip}, which is outside the subnet {subnet}");
        else if (_subnet is { } net && NetworkAddresses.Number(ip) == net.First)
            problems.Add(
                machine.IpPlace,
                ProblemCode.ReservedAddress,
                $"machine '{name}' has the address {ip}, which is the network address of {net}");
        else if (_subnet is { } cast && NetworkAddresses.Number(ip) == cast.Last)
            problems.Add(
                machine.IpPlace,
                ProblemCode.ReservedAddress,
                $"machine '{name}' has the address {ip}, which is the broadcast address of {cast}");
    }

    private void CheckImage(ReadMachine machine)
    {
        if (machine.Machine.Image is not { } name) return;
        if (!images.TryGetValue(name, out var image))
        {
            if (!allRead) return;
            problems.Add(
                machine.ImagePlace,
                ProblemCode.UnknownImage,
                () => $"machine '{machine.Machine.Name}' names image '{Quoting.Shorten(machine.ImageSource)}', which is not "
                    + $"declared{NearestWord.Hint(machine.ImageSource, images.Keys, "declared")}");
        }
        else if (image.Image is { } known && BootRules.MachineDefect(machine.Machine, known) is { } defect)
        {
            problems.Add(
                machine.ImagePlace,
                ProblemCode.MachineCannotBoot,
                $"machine '{machine.Machine.Name}' cannot boot image '{name}': {defect}");
        }
    }

    private void WarnOfUnbootableImages()
    {
        if (machines.Count == 0) return;

        // Machines that answer alike need asking once; 500 equal machines would otherwise be asked for every image.
        var kinds = machines.Values.Select(m => m.Machine).DistinctBy(m => (m.Qemu?.Firmware, string.Join(' ', m.Loader))).ToList();
        foreach (var image in images.Values)
        {
            if (image.Image is null || kinds.Exists(m => BootRules.MachineDefect(m, image.Image) is null)) continue;
            problems.Warn(
                image.Place,
                ProblemCode.UnbootableImage,
                $"no machine can boot image '{image.Name}': "
                    + $"{BootRules.MachineDefect(kinds[0], image.Image)}{(kinds.Count > 1 ? " (and so on)" : "")}");
        }
    }
}
