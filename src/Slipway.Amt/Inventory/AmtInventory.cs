using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Inventory;

/// <summary>Who may set the firmware up, which decides what needs consent.</summary>
public enum AmtControlMode
{
    Unknown,

    /// <summary>Set up from the machine's own system: consent is always needed.</summary>
    Client,

    /// <summary>Set up in the MEBx or by certificate.</summary>
    Admin,
}

/// <summary>What the machine is made of. Null or empty: the firmware does not tell.</summary>
public sealed record AmtInventoryRecord
{
    /// <summary>The SMBIOS UUID; a network boot client sends the same.</summary>
    public Guid? Uuid { get; init; }

    public string? Manufacturer { get; init; }

    public string? Model { get; init; }

    public string? SerialNumber { get; init; }

    public string? Board { get; init; }

    public string? BiosVersion { get; init; }

    public IReadOnlyList<string> Processors { get; init; } = [];

    public IReadOnlyList<string> Memory { get; init; } = [];

    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>CIM_SoftwareIdentity by InstanceID.</summary>
    public IReadOnlyDictionary<string, string> FirmwareVersions { get; init; } = new Dictionary<string, string>();

    public string? AmtVersion => FirmwareVersions.GetValueOrDefault("AMT");

    public AmtControlMode ControlMode { get; init; }
}

/// <summary>Reads the inventory the BIOS left with the firmware at the last boot. What a release does not have is left out.</summary>
public sealed class AmtInventory(IWsMan wsman)
{
    private const int ClientMode = 1;
    private const int AdminMode = 2;
    private const int ProvisionedByAdmin = 1;
    private const int ProvisionedByClient = 4;

    public async Task<AmtInventoryRecord> ReadAsync(CancellationToken ct)
    {
        XElement? chassis = await FirstAsync("CIM_Chassis", ct);
        XElement? card = await FirstAsync("CIM_Card", ct);
        XElement? bios = await FirstAsync("CIM_BIOSElement", ct);
        var versions = new Dictionary<string, string>();
        foreach (XElement identity in await AllAsync("CIM_SoftwareIdentity", ct))
            if (identity.Text("InstanceID") is { } id && identity.Text("VersionString") is { } version) versions[id] = version;
        return new AmtInventoryRecord
        {
            Uuid = await UuidAsync(ct),
            Manufacturer = chassis?.Text("Manufacturer"),
            Model = chassis?.Text("Model"),
            SerialNumber = chassis?.Text("SerialNumber"),
            Board = Join(card?.Text("Manufacturer"), card?.Text("Model"), card?.Text("Version")),
            BiosVersion = Join(bios?.Text("Manufacturer"), bios?.Text("Version")),
            Processors = [.. (await AllAsync("CIM_Chip", ct)).Where(c => c.Text("ElementName")?.Contains("Processor", StringComparison.Ordinal) == true).Select(c => c.Text("Version")).OfType<string>()],
            Memory = [.. (await AllAsync("CIM_PhysicalMemory", ct)).Select(Memory)],
            Disks = [.. (await AllAsync("CIM_PhysicalPackage", ct)).Where(p => p.Text("CreationClassName") == "CIM_PhysicalPackage").Select(p => Join(p.Text("Manufacturer"), p.Text("Model"))).OfType<string>()],
            FirmwareVersions = versions,
            ControlMode = await ControlModeAsync(ct),
        };
    }

    /// <summary>A UUID as GetUuid gives it: 16 bytes, the first three fields little endian. Null when it is none.</summary>
    internal static Guid? ReadUuid(string base64)
    {
        const int uuidBytes = 16;
        Span<byte> bytes = stackalloc byte[uuidBytes];
        return Convert.TryFromBase64String(base64, bytes, out int written) && written == uuidBytes ? new Guid(bytes) : null;
    }

    private async Task<Guid?> UuidAsync(CancellationToken ct)
    {
        XElement? package = await FirstAsync("CIM_ComputerSystemPackage", ct);
        if (package?.Text("PlatformGUID") is { } hex && Guid.TryParse(hex, out Guid uuid)) return uuid;
        try
        {
            XElement output = await wsman.InvokeAsync("AMT_SetupAndConfigurationService", "GetUuid", [], ct);
            return output.Text("UUID") is { } text ? ReadUuid(text) : null;
        }
        catch (AmtException e) when (e.Problem is AmtProblem.FeatureAbsent or AmtProblem.Fault or AmtProblem.AccessDenied)
        {
            return null;
        }
    }

    private async Task<AmtControlMode> ControlModeAsync(CancellationToken ct)
    {
        long? told = (await FirstAsync("IPS_HostBasedSetupService", ct))?.Number("CurrentControlMode");
        if (told is ClientMode) return AmtControlMode.Client;
        if (told is AdminMode) return AmtControlMode.Admin;
        return (await FirstAsync("AMT_SetupAndConfigurationService", ct))?.Number("ProvisioningMode") switch
        {
            ProvisionedByAdmin => AmtControlMode.Admin,
            ProvisionedByClient => AmtControlMode.Client,
            _ => AmtControlMode.Unknown,
        };
    }

    private async Task<XElement?> FirstAsync(string className, CancellationToken ct) => await AllAsync(className, ct) is [var first, ..] ? first : null;

    private async Task<IReadOnlyList<XElement>> AllAsync(string className, CancellationToken ct)
    {
        try
        {
            return await wsman.EnumerateAsync(className, ct);
        }
        catch (AmtException e) when (e.Problem is AmtProblem.FeatureAbsent or AmtProblem.Fault or AmtProblem.AccessDenied)
        {
            return [];
        }
    }

    private static string Memory(XElement module)
    {
        const int mebiByteShift = 20;
        string size = module.Number("Capacity") is { } bytes ? $"{bytes >> mebiByteShift} MiB" : "size not told";
        return Join(size, module.Text("BankLabel"), module.Text("PartNumber")) ?? size;
    }

    private static string? Join(params ReadOnlySpan<string?> parts)
    {
        var told = new List<string>();
        foreach (string? part in parts)
            if (!string.IsNullOrWhiteSpace(part)) told.Add(part.Trim());
        return told.Count > 0 ? string.Join(' ', told) : null;
    }
}
