using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>What the BIOS reported about the hardware at the last boot. Nothing of it is real.</summary>
internal sealed class InventoryResources(FirmwareState state, Func<SimIdentity> identity)
{
    private const string Maker = "Slipway";
    private const long Gigabyte = 1L << 30;
    private const int ModuleGigabytes = 8;
    private const string ReleaseDate = "2024-05-01T00:00:00Z";

    public IEnumerable<SimResource> All()
    {
        yield return Assets("CIM_ComputerSystemPackage", () =>
        [
            SimInstance.Make(
                "CIM_ComputerSystemPackage",
                ("Antecedent", new SimReference("CIM_Chassis", ("CreationClassName", "CIM_Chassis"), ("Tag", "CIM_Chassis"))),
                ("Dependent", new SimReference("CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", "ManagedSystem"))),
                ("PlatformGUID", Convert.ToHexString(SmbiosBytes(identity().Uuid)))),
        ], SimRealm.GeneralInfo);
        yield return Assets("CIM_Chassis", () => [Package("CIM_Chassis", "Simulated PC", ("ChassisPackageType", 3), ("PackageType", 3))]);
        yield return Assets("CIM_Card", () => [Package("CIM_Card", "Simulated board", ("CanBeFRUed", true), ("PackageType", 9))]);
        yield return Assets("CIM_BIOSElement", () => [Bios()]);
        yield return Assets("CIM_Processor", () => [Processor()]);
        yield return Assets("CIM_Chip", () =>
        [
            SimInstance.Make(
                "CIM_Chip",
                ("CanBeFRUed", true),
                ("CreationClassName", "CIM_Chip"),
                ("ElementName", "Managed System Processor Chip"),
                ("Manufacturer", Maker),
                ("OperationalStatus", 2),
                ("Tag", "CPU 0"),
                ("Version", "Slipway(R) Simulated CPU @ 3.00GHz")),
        ]);
        yield return Assets("CIM_PhysicalMemory", () => [Memory(0), Memory(1)]);
        yield return Assets("CIM_MediaAccessDevice", () =>
        [
            SimInstance.Make(
                "CIM_MediaAccessDevice",
                ("Capabilities", new[] { 4, 10 }),
                ("CreationClassName", "CIM_MediaAccessDevice"),
                ("DeviceID", "MEDIA DEV 0"),
                ("ElementName", "Managed System Media Access Device"),
                ("EnabledDefault", 2),
                ("MaxMediaSize", 250_000_000),
                ("Security", 2),
                ("SystemCreationClassName", "CIM_ComputerSystem"),
                ("SystemName", "ManagedSystem")),
        ]);
        yield return Assets("CIM_PhysicalPackage", () => [Package("CIM_PhysicalPackage", "Simulated disk", ("PackageType", 15))]);
        yield return Assets("CIM_SoftwareIdentity", Software, SimRealm.GeneralInfo);
    }

    /// <summary>Versions, as pairs of what and which.</summary>
    private IEnumerable<XElement> Software()
    {
        string[] versions = state.Profile.Version.Split('.');
        yield return Identity("Flash", state.Profile.Version);
        yield return Identity("Netstack", state.Profile.Version);
        yield return Identity("AMTApps", state.Profile.Version);
        yield return Identity("AMT", state.Profile.Version);
        yield return Identity("Sku", "16392");
        yield return Identity("VendorID", "8086");
        yield return Identity("Build Number", (1000 + int.Parse(versions[^1], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        yield return Identity("Recovery Version", state.Profile.Version);
        yield return Identity("Recovery Build Num", "1000");
        yield return Identity("Legacy Mode", "False");

        static XElement Identity(string what, string version) =>
            SimInstance.Make("CIM_SoftwareIdentity", ("InstanceID", what), ("IsEntity", true), ("VersionString", version));
    }

    /// <summary>SMBIOS order: the first three fields little-endian.</summary>
    public static byte[] SmbiosBytes(Guid uuid) => uuid.ToByteArray(bigEndian: false);

    private static SimResource Assets(string className, Func<IEnumerable<XElement>> instances, SimRealm realm = SimRealm.HardwareAsset) =>
        new(className, _ => instances()) { Realm = realm };

    private XElement Package(string className, string model, params (string Name, object? Value)[] more) => SimInstance.Make(
        className,
        [
            ("CreationClassName", className),
            ("ElementName", "Managed System " + className["CIM_".Length..]),
            ("Manufacturer", Maker),
            ("Model", model),
            ("OperationalStatus", 0),
            ("SerialNumber", "SIM-" + state.Profile.Name),
            ("Tag", className),
            ("Version", "1.0"),
            .. more,
        ]);

    private static XElement Bios() => SimInstance.Make(
        "CIM_BIOSElement",
        ("ElementName", "Primary BIOS"),
        ("Manufacturer", Maker),
        ("Name", "Primary BIOS"),
        ("OperationalStatus", 2),
        ("PrimaryBIOS", true),
        ("ReleaseDate", DateTimeOffset.Parse(ReleaseDate, CultureInfo.InvariantCulture)),
        ("SoftwareElementID", "SIM.0001"),
        ("SoftwareElementState", 2),
        ("TargetOperatingSystem", 66),
        ("Version", "SIM.0001"));

    private static XElement Processor() => SimInstance.Make(
        "CIM_Processor",
        ("CPUStatus", 1),
        ("CreationClassName", "CIM_Processor"),
        ("CurrentClockSpeed", 3000),
        ("DeviceID", "CPU 0"),
        ("ElementName", "Managed System CPU"),
        ("EnabledState", 2),
        ("ExternalBusClockSpeed", 100),
        ("Family", 198),
        ("HealthState", 0),
        ("MaxClockSpeed", 4000),
        ("OperationalStatus", 0),
        ("OtherFamilyDescription", ""),
        ("RequestedState", 12),
        ("Role", "Central"),
        ("Stepping", "3"),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "ManagedSystem"),
        ("UpgradeMethod", 2));

    private static XElement Memory(int slot) => SimInstance.Make(
        "CIM_PhysicalMemory",
        ("BankLabel", string.Create(CultureInfo.InvariantCulture, $"BANK {slot}")),
        ("Capacity", ModuleGigabytes * Gigabyte),
        ("ConfiguredMemoryClockSpeed", 3200),
        ("CreationClassName", "CIM_PhysicalMemory"),
        ("ElementName", "Managed System Memory Chip"),
        ("FormFactor", 13),
        ("IsSpeedInMhz", true),
        ("Manufacturer", Maker),
        ("MaxMemorySpeed", 3200),
        ("MemoryType", 26),
        ("PartNumber", "SIM-8G"),
        ("SerialNumber", string.Create(CultureInfo.InvariantCulture, $"0000000{slot}")),
        ("Speed", 0),
        ("Tag", string.Create(CultureInfo.InvariantCulture, $"SIM{slot}")));
}
