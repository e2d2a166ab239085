using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Boot;

/// <summary>The boot override: what the machine starts from next, for one boot.</summary>
/// <remarks>
/// Order of the requests: clear the boot order, put the settings, set the role, choose the source. Putting settings behind a chosen source fails on old
/// releases, and some keep an earlier source that was not cleared. Settings are consumed by the next boot; until then they survive a loss of power.
/// </remarks>
public sealed class AmtBoot(IWsMan wsman)
{
    private const string SettingClass = "AMT_BootSettingData";
    private const string ConfigClass = "CIM_BootConfigSetting";
    private const string SourceClass = "CIM_BootSourceSetting";
    private const string ServiceClass = "CIM_BootService";
    private const string CapabilitiesClass = "AMT_BootCapabilities";
    private const string ConfigInstance = "Intel(r) AMT: Boot Configuration 0";
    private const string SourcePrefix = "Intel(r) AMT: ";

    /// <summary>CIM_BootService.SetBootConfigRole: for the next boot only, and not for it.</summary>
    private const int NextSingleUse = 1;
    private const int NotNext = 32768;

    /// <summary>Firmware answers a Put that has them with a fault.</summary>
    private static readonly string[] ReadOnlyFields =
    [
        "BIOSLastStatus", "BootguardStatus", "OptionsCleared", "RPEEnabled", "SecureBootControlEnabled", "UEFIHTTPSBootEnabled", "UEFILocalPBABootEnabled", "WinREBootEnabled",
    ];

    // What a boot of ours never wants, wherever an earlier console left it.
    private static readonly string[] ClearedFlags =
    [
        "BIOSPause", "BIOSSetup", "ConfigurationDataReset", "ForcedProgressEvents", "LockKeyboard", "LockPowerButton", "LockResetButton", "LockSleepButton", "PlatformErase",
        "ReflashBIOS", "SecureErase", "UseIDER", "UseSOL", "UseSafeMode", "UserPasswordBypass",
    ];

    /// <summary>Sets what the next boot starts from and reads back what firmware lets one read: the settings, and where it tells them the role.</summary>
    /// <exception cref="AmtException">Refused, FeatureAbsent, ConsentRequired, BadArgument (before anything is sent), or OverrideDropped.</exception>
    public async Task<AmtBootOverrideResult> SetOverrideAsync(AmtBootOverride wanted, CancellationToken ct)
    {
        Check(wanted);
        var notes = new List<string>();
        string? source = SourceOf(wanted.Target);
        await ChooseAsync(null, ct);
        bool mirrors = wanted.UseSol;
        try
        {
            await PutAsync(wanted, mirrors, ct);
            await SetRoleAsync(NextSingleUse, ct);
            if (source is not null) await ChooseAsync(source, ct);
        }
        catch (AmtException e) when (mirrors && e.Problem is AmtProblem.Fault or AmtProblem.Refused or AmtProblem.FeatureAbsent)
        {
            // Release 6 and some later ones take a source or the BIOS' screens on the console, not both.
            mirrors = false;
            notes.Add("this firmware does not mirror the BIOS' screens to the console together with a boot override");
            await ChooseAsync(null, ct);
            await PutAsync(wanted, mirrors, ct);
            await SetRoleAsync(NextSingleUse, ct);
            if (source is not null) await ChooseAsync(source, ct);
        }
        await ReadBackAsync(wanted, mirrors, source, ct);
        return new AmtBootOverrideResult(mirrors, notes);
    }

    /// <summary>Takes an override back that no boot has consumed.</summary>
    public async Task ClearAsync(CancellationToken ct)
    {
        await ChooseAsync(null, ct);
        await PutAsync(new AmtBootOverride { Target = AmtBootTarget.None }, mirrors: false, ct);
        await SetRoleAsync(NotNext, ct);
    }

    public async Task<AmtBootSettings> GetAsync(CancellationToken ct)
    {
        XElement settings = await wsman.GetAsync(SettingClass, ct);
        return new AmtBootSettings(
            settings.Flag("UseSOL"), settings.Flag("UseIDER"), settings.Flag("BIOSSetup"), (int?)settings.Number("BootMediaIndex"), (int?)settings.Number("IDERBootDevice"));
    }

    /// <summary>The boot sources this firmware has, as it names them.</summary>
    public async Task<IReadOnlyList<string>> ListSourcesAsync(CancellationToken ct) =>
        [.. (await wsman.EnumerateAsync(SourceClass, ct)).Select(s => s.Text("InstanceID") ?? "").Where(s => s.Length > 0).Select(s => s.StartsWith(SourcePrefix, StringComparison.Ordinal) ? s[SourcePrefix.Length..] : s)];

    /// <summary>AMT_BootCapabilities by name.</summary>
    public async Task<IReadOnlyDictionary<string, bool>> GetCapabilitiesAsync(CancellationToken ct)
    {
        XElement capabilities = await wsman.GetAsync(CapabilitiesClass, ct);
        return capabilities.Elements().Where(e => e.Value is "true" or "false").DistinctBy(e => e.Name.LocalName).ToDictionary(e => e.Name.LocalName, e => e.Value == "true");
    }

    private void Check(AmtBootOverride wanted)
    {
        if (wanted.MediaIndex is < 0 or > byte.MaxValue || wanted.MediaIndex != 0 && wanted.Target is not (AmtBootTarget.Disk or AmtBootTarget.Cd))
            throw new AmtException(AmtProblem.BadArgument, $"a device number goes with disk or cd, from 0 to 255 (found {wanted.MediaIndex} with {wanted.Target.ToString().ToLowerInvariant()})");
        if (wanted.Target != AmtBootTarget.Url) return;
        if (!Uri.TryCreate(wanted.Url, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps)
            throw new AmtException(AmtProblem.BadArgument, $"the firmware boots from https addresses only, found '{wanted.Url}'");
        if (!wanted.IsTls)
            throw new AmtException(AmtProblem.BadArgument, $"{wsman.Host}: a boot by URL needs TLS to the firmware itself; use its TLS port (--tls yes)");
    }

    private static string? SourceOf(AmtBootTarget target) => target switch
    {
        AmtBootTarget.Pxe => "Force PXE Boot",
        AmtBootTarget.Disk => "Force Hard-drive Boot",
        AmtBootTarget.Cd => "Force CD/DVD Boot",
        AmtBootTarget.Url => "Force OCR UEFI HTTPS Boot",
        _ => null,
    };

    private async Task ChooseAsync(string? source, CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(ConfigClass);
        XElement[] arguments = source is null ? [] : [WsManNames.Reference(space + "Source", SourceClass, ("InstanceID", SourcePrefix + source))];
        XElement output = await wsman.InvokeAsync(ConfigClass, "ChangeBootOrder", arguments, ct, ("InstanceID", ConfigInstance));
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result == AmtReturnValue.Success) return;
        // This method says "access denied" with a number that elsewhere means "in use".
        const uint accessDenied = 6;
        if (result == accessDenied)
        {
            throw new AmtException(
                AmtProblem.ConsentRequired,
                $"{wsman.Host}: the firmware refused to change the boot order: somebody must consent at the machine (slipway amt consent start {wsman.Host}), or the account lacks the right") { ReturnValue = result };
        }
        if (result is 1 or 4) throw new AmtException(AmtProblem.FeatureAbsent, $"{wsman.Host}: this firmware has no boot source '{source}' ({result}); slipway amt boot show {wsman.Host} lists those it has") { ReturnValue = result };
        throw AmtReturnValue.Refusal(wsman.Host, source is null ? "to clear the boot order" : $"the boot source '{source}'", result);
    }

    private async Task SetRoleAsync(int role, CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(ServiceClass);
        XElement output = await wsman.InvokeAsync(
            ServiceClass, "SetBootConfigRole",
            [WsManNames.Reference(space + "BootConfigSetting", ConfigClass, ("InstanceID", ConfigInstance)), new XElement(space + "Role", role)], ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        // Releases before 7 know no way to cancel; the cleared order does the same.
        if (result != AmtReturnValue.Success && role != NotNext) throw AmtReturnValue.Refusal(wsman.Host, "the role of the boot configuration", result);
    }

    private async Task PutAsync(AmtBootOverride wanted, bool mirrors, CancellationToken ct)
    {
        XElement settings = await wsman.GetAsync(SettingClass, ct);
        XElement before = new(settings);
        foreach (XElement field in settings.Elements().Where(e => ReadOnlyFields.Contains(e.Name.LocalName)).ToList()) field.Remove();
        foreach (string flag in ClearedFlags) SetIfPresent(settings, flag, "false");
        SetIfPresent(settings, "UseSOL", mirrors ? "true" : "false");
        SetIfPresent(settings, "BootMediaIndex", wanted.MediaIndex.ToString());
        SetIfPresent(settings, "IDERBootDevice", wanted.Target == AmtBootTarget.IderCd ? "1" : "0");
        if (wanted.Target == AmtBootTarget.BiosSetup) Need(settings, "BIOSSetup");
        if (wanted.Target is AmtBootTarget.IderCd or AmtBootTarget.IderFloppy) Need(settings, "UseIDER");
        foreach (string field in new[] { "UefiBootParametersArray", "UefiBootNumberOfParams" })
            foreach (XElement element in settings.Elements().Where(e => e.Name.LocalName == field).ToList()) element.Remove();
        if (wanted.Target == AmtBootTarget.Url)
        {
            BootParameters parameters = BootParameters.ForUrl(wanted.Url!);
            settings.Set("UefiBootParametersArray", Convert.ToBase64String(parameters.Bytes));
            settings.Set("UefiBootNumberOfParams", parameters.Count.ToString());
        }
        // Each Put is a write to flash memory, which firmware counts: what is there already is not written again.
        if (wanted.Target != AmtBootTarget.Url && Same(before, settings)) return;
        await wsman.PutAsync(SettingClass, settings, ct);
    }

    private async Task ReadBackAsync(AmtBootOverride wanted, bool mirrors, string? source, CancellationToken ct)
    {
        AmtBootSettings now = await GetAsync(ct);
        string? missing = mirrors && now.UseSol == false ? "UseSOL"
            : wanted.Target == AmtBootTarget.BiosSetup && now.BiosSetup != true ? "BIOSSetup"
            : wanted.Target is AmtBootTarget.IderCd or AmtBootTarget.IderFloppy && now.UseIder != true ? "UseIDER"
            : null;
        if (missing is null && source is not null && await IsOrderEmptyAsync(ct)) missing = $"boot source '{source}'";
        if (missing is not null)
        {
            throw new AmtException(
                AmtProblem.OverrideDropped,
                $"{wsman.Host}: the boot override was accepted and is not there when read back ({missing}); look for a switch for remote boot in the BIOS, update the firmware, or set the BIOS' own boot order and 'boot-order: bios'");
        }
    }

    // Where the firmware tells them, the sources of the boot configuration: CIM_OrderedComponent, AssignedSequence 0 = not in the order.
    private async Task<bool> IsOrderEmptyAsync(CancellationToken ct)
    {
        try
        {
            IReadOnlyList<XElement> components = await wsman.EnumerateAsync("CIM_OrderedComponent", ct);
            return components.Count > 0 && components.All(c => c.Number("AssignedSequence") is null or 0);
        }
        catch (AmtException e) when (e.Problem is AmtProblem.FeatureAbsent or AmtProblem.Fault)
        {
            return false;
        }
    }

    private void Need(XElement settings, string flag)
    {
        if (settings.Flag(flag) is null) throw new AmtException(AmtProblem.FeatureAbsent, $"{wsman.Host}: this firmware has no {flag}");
        settings.Set(flag, "true");
    }

    // A field the release does not have must stay absent.
    private static void SetIfPresent(XElement settings, string field, string value)
    {
        if (settings.Text(field) is not null) settings.Set(field, value);
    }

    private static bool Same(XElement before, XElement after) =>
        after.Elements().All(e => before.Elements().FirstOrDefault(b => b.Name == e.Name)?.Value == e.Value);
}
