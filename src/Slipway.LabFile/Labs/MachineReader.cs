using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Reads one entry of <c>machines:</c>.</summary>
internal static class MachineReader
{
    /// <summary>Debian's U-Boot for QEMU has this address in its default environment and takes no other.</summary>
    public static readonly PhysicalAddress UBootMac = new([0x52, 0x52, 0x52, 0x52, 0x52, 0x52]);

    public const string UBootMacAdvice =
        "Debian's U-Boot for QEMU always has this one, so a lab can have one such machine; put the other into a lab of its own";

    // QEMU's own prefix for virtual NICs (locally administered).
    private static readonly byte[] QemuMacPrefix = [0x52, 0x54, 0x00];

    private static readonly PhysicalAddress NoMac = new(new byte[6]);

    public static ReadMachine? Read(YamlScalar key, YamlNode node, string lab, Surroundings surroundings)
    {
        if (Section.Open(node, $"machine '{key.Source}'", surroundings) is not { } section) return null;

        var amt = section.Inner("amt", $"'amt' of {section.What}") is { } firmware ? AmtReader.Read(firmware) : null;
        var qemu = section.Inner("qemu", $"'qemu' of {section.What}") is { } inner ? QemuReader.Read(inner) : null;
        var mac = Mac(section);
        if (mac is null && !section.Has("mac"))
        {
            if (qemu is not null) mac = qemu.Firmware == QemuFirmware.UBoot ? UBootMac : MadeUpMac(lab, key.Source);
            else if (!section.Has("qemu")) section.Require("mac", "the MAC of the NIC it boots from is how it is recognised on the network");
        }

        var machine = new MachineDescription
        {
            Name = key.Source,
            Mac = mac ?? NoMac,
            Ip = section.Address("ip"),
            Tags = Tags(section),
            Image = section.Text("image"),
            Loader = section.Words("loader", LegalWords.Loaders),
            Qemu = qemu,
            Amt = amt,
            Power = section.Inner("power", $"'power' of {section.What}") is { } power ? CommandDriverReader.Power(power) : null,
            Console = section.Inner("console", $"'console' of {section.What}") is { } console ? CommandDriverReader.Console(console) : null,
            Where = key.Place.ToString(),
        };
        foreach (var driver in section.Has("qemu") && !section.Has("amt") ? new[] { "power", "console" } : [])
        {
            if (section.Has(driver))
                surroundings.Problems.Add(
                    section.PlaceOf(driver),
                    ProblemCode.QemuAndDrivers,
                    $"{section.What} has 'qemu', which gives it power and console; remove '{driver}'");
        }

        if (section.Has("amt") && qemu?.Firmware == QemuFirmware.UBoot)
            surroundings.Problems.Add(
                section.PlaceOf("qemu"), ProblemCode.AmtAndUBoot, $"{section.What}: Intel AMT is in x86 machines; 'firmware' beside 'amt' is bios or uefi");

        if (machine.Loader.Distinct().Count() != machine.Loader.Count)
            surroundings.Problems.Add(section.PlaceOf("loader"), ProblemCode.LoaderCannotBoot, $"{section.What} goes through one loader twice");

        section.RejectUnknown();
        return new ReadMachine(machine, key.Place, section.Has("mac") ? section.PlaceOf("mac") : key.Place, section.PlaceOf("ip"), section.PlaceOf("image"))
        {
            MacIsGiven = section.Has("mac"),
            MacIsKnown = mac is not null,
            ImageSource = (section.Node("image") as YamlScalar)?.Source ?? "",
        };
    }

    /// <summary>52:54:00 and the first three bytes of SHA-256 of "lab/machine": the same on every computer and after every restart.</summary>
    public static PhysicalAddress MadeUpMac(string lab, string machine)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{lab}/{machine}"));
        return new PhysicalAddress([.. QemuMacPrefix, .. hash[..3]]);
    }

    private static PhysicalAddress? Mac(Section section)
    {
        const int groupBit = 1; // IEEE 802: the lowest bit of the first byte
        if (section.Scalar("mac") is not var (scalar, text)) return null;
        var mac = NetworkAddresses.TryMac(text);
        if (mac is not null && (mac.GetAddressBytes()[0] & groupBit) == 0 && !mac.Equals(NoMac)) return mac;
        section.Surroundings.Problems.Add(
            scalar.Place,
            ProblemCode.BadMac,
            mac is null
                ? $"'mac' of {section.What} is six pairs of hexadecimal digits such as 00:1b:21:41:cf:4c, not {Quoting.Quote(scalar)}"
                : $"'mac' of {section.What}: no NIC has the address {Quoting.Quote(scalar)} "
                    + $"({(mac.Equals(NoMac) ? "all zero" : "a group address")})");
        return null;
    }

    private static List<string> Tags(Section section)
    {
        var tags = new List<string>();
        foreach (var scalar in section.Scalars("tags"))
        {
            if (Expansion.Expand(scalar, section.Surroundings) is { } text && Section.CheckName(scalar, text, "tag", section.Surroundings) && !tags.Contains(text))
                tags.Add(text);
        }

        return tags;
    }
}
