using System.Buffers.Binary;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>A source the boot order may name.</summary>
/// <param name="InstanceId">Its key.</param>
/// <param name="BootString">StructuredBootString, where it has one.</param>
/// <param name="Host">What the PC does with it.</param>
internal sealed record BootSource(string InstanceId, string? BootString, HostBootSource Host);

/// <summary>What the next boot is to be: order, role, options. One-shot. Called under the state's lock.</summary>
internal sealed class BootOverride(FirmwareState state)
{
    /// <summary>Roles of a boot configuration: used once next, or not.</summary>
    public const uint NextSingleUse = 1;
    public const uint NotNext = 32768;

    private const string Prefix = "Intel(r) AMT: ";
    private const int ParameterHeaderBytes = 8; // vendor (2), type (2), length (4), little-endian

    private readonly Dictionary<string, string> _set = [];

    /// <summary>What this release has, the order of the firmware.</summary>
    public IReadOnlyList<BootSource> Sources { get; } = [.. SourcesOf(state.Profile)];

    public BootSource? Source { get; private set; }

    public uint Role { get; private set; } = NotNext;

    /// <summary>AMT_BootSettingData as it is now: only the fields of this release.</summary>
    public XElement Settings() => Render(_set);

    /// <summary>ChangeBootOrder with one source, or none.</summary>
    public WsReturn ChooseSource(BootSource? source)
    {
        if (source is not null)
        {
            if (state.Profile.UseSolConflictsWithSource && (IsSet(BootField.UseSol) || IsSet(BootField.UseIder))) return WsReturn.InvalidParameter;
            if (IsSet(BootField.BiosSetup) || IsSet(BootField.BiosPause) || IsSet(BootField.Reflash)) return WsReturn.InvalidParameter;
            if (source.Host == HostBootSource.Network && _set.GetValueOrDefault(BootField.MediaIndex, "0") != "0") return WsReturn.InvalidParameter;
            if (source.Host != HostBootSource.Disk && IsSet(BootField.SafeMode)) return WsReturn.InvalidParameter;
        }

        if (!state.Faults.OverrideDropped) Source = source;
        return WsReturn.Success;
    }

    /// <summary>SetBootConfigRole.</summary>
    public WsReturn ChooseRole(uint role)
    {
        if (role is not (NextSingleUse or NotNext)) return WsReturn.InvalidParameter;
        if (!state.Faults.OverrideDropped) Role = role;
        return WsReturn.Success;
    }

    /// <summary>Put of the settings.</summary>
    public WsAnswer Put(XElement current, XElement wanted)
    {
        if (SimInstance.CheckPut(current, wanted, ["InstanceID"], []) is { } fault) return WsAnswer.Failed(fault.Code, fault.Reason);
        if (state.Profile.UseSolConflictsWithSource && Source is not null)
            return WsAnswer.Failed(WsFaultCode.InvalidParameter, "the options come before the boot source");

        var values = new Dictionary<string, string>();
        foreach (BootField field in FieldsOf(state.Profile))
        {
            string? value = SimInstance.Text(wanted, field.Name);
            string? why = field.Use switch
            {
                BootFieldUse.ReadOnly when value is not null => "is read-only",
                BootFieldUse.Parameters when value is { Length: 0 } => "is empty: leave it out",
                BootFieldUse.Truth when value is null => "is missing",
                BootFieldUse.Destructive when value == "true" => "is not possible on this machine",
                _ => null,
            };
            if (why is not null) return WsAnswer.Failed(WsFaultCode.InvalidRepresentation, $"{field.Name} {why}");
            if (value is not null && value != field.Default && field.Use != BootFieldUse.Identity) values[field.Name] = value;
        }

        if (Contradiction(values) is { } reason) return WsAnswer.Failed(WsFaultCode.InvalidParameter, reason);

        if (!state.Faults.OverrideDropped)
        {
            _set.Clear();
            foreach ((string name, string value) in values) _set[name] = value;
        }

        return WsAnswer.Of(Render(values));
    }

    /// <summary>The PC starts: gives what it boots from and forgets all of it.</summary>
    public HostBootSource Consume()
    {
        state.BootsFromIder = false;
        if (Role != NextSingleUse) return HostBootSource.Default;

        HostBootSource source = Source?.Host ?? HostBootSource.Default;
        if (IsSet(BootField.BiosSetup)) source = HostBootSource.BiosSetup;
        if (IsSet(BootField.UseIder))
        {
            state.BootsFromIder = true;
            source = HostBootSource.Cd;
        }

        Role = NotNext;
        Source = null;
        _set.Clear();
        return source;
    }

    private bool IsSet(string field) => _set.GetValueOrDefault(field) == "true";

    private string? Contradiction(Dictionary<string, string> values)
    {
        bool early = new[] { BootField.BiosSetup, BootField.BiosPause, BootField.Reflash }.Any(values.ContainsKey);
        if (early && Source is not null) return "BIOS options need an empty boot order";
        if (values.GetValueOrDefault("IDERBootDevice", "0") is not ("0" or "1")) return "IDERBootDevice is 0 or 1";

        string count = values.GetValueOrDefault(BootField.ParameterCount, "0");
        string parameters = values.GetValueOrDefault(BootField.Parameters, "");
        return CountParameters(parameters)?.ToString() == count ? null : "UefiBootNumberOfParams is not the number of records in UefiBootParametersArray";
    }

    /// <summary>The records in base64, or null when they are broken.</summary>
    private static int? CountParameters(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int length)) return null;
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, length);
        int count = 0;
        while (!rest.IsEmpty)
        {
            if (rest.Length < ParameterHeaderBytes) return null;
            uint valueBytes = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (valueBytes > rest.Length - ParameterHeaderBytes) return null;
            rest = rest[(ParameterHeaderBytes + (int)valueBytes)..];
            count++;
        }

        return count;
    }

    private XElement Render(Dictionary<string, string> values) => SimInstance.Make(
        "AMT_BootSettingData",
        [.. FieldsOf(state.Profile).Select(f => (f.Name, (object?)ValueOf(f, values)))]);

    private static string ValueOf(BootField field, Dictionary<string, string> values)
    {
        if (field.Name == BootField.OptionsCleared) return values.Count == 0 ? "true" : "false";
        // A password is written, never read.
        return field.Use == BootFieldUse.Text ? field.Default : values.GetValueOrDefault(field.Name, field.Default);
    }

    private static IEnumerable<BootField> FieldsOf(AmtProfile profile) => BootField.All.Where(f => profile.Major >= f.Since);

    private static IEnumerable<BootSource> SourcesOf(AmtProfile profile)
    {
        yield return new BootSource(Prefix + "Force Hard-drive Boot", "CIM:Hard-Disk:1", HostBootSource.Disk);
        yield return new BootSource(Prefix + "Force PXE Boot", "CIM:Network:1", HostBootSource.Network);
        yield return new BootSource(Prefix + "Force CD/DVD Boot", "CIM:CD/DVD:1", HostBootSource.Cd);
        if (profile.DiagnosticBoot) yield return new BootSource(Prefix + "Force Diagnostic Boot", null, HostBootSource.Default);
        if (!profile.OneClickRecovery) yield break;
        // The simulated PC has no HTTPS boot of its own; its network boot stands for it.
        yield return new BootSource(Prefix + "Force OCR UEFI HTTPS Boot", null, HostBootSource.Network);
        yield return new BootSource(Prefix + "Force OCR UEFI Boot Option 1", null, HostBootSource.Disk);
    }
}
