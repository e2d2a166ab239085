using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Settings;

/// <summary>Settings of the firmware that a boot lab depends on. Only what changes is written: flash memory wears, and firmware counts.</summary>
public sealed class AmtSettings(IWsMan wsman)
{
    private const string RedirectionClass = "AMT_RedirectionService";
    private const string KvmSwitchClass = "CIM_KVMRedirectionSAP";
    private const string KvmClass = "IPS_KVMRedirectionSettingData";
    private const string GeneralClass = "AMT_GeneralSettings";
    private const string PortClass = "AMT_EthernetPortSettings";
    private const string TimeClass = "AMT_TimeSynchronizationService";

    /// <summary>AMT_RedirectionService.EnabledState: this and bit 0 IDE-R, bit 1 SOL.</summary>
    private const int RedirectionNone = 32768;
    private const int IderBit = 1;
    private const int SolBit = 2;

    /// <summary>CIM_KVMRedirectionSAP: 2 on and in use, 6 on and idle, 3 off.</summary>
    private const int Enabled = 2;
    private const int Disabled = 3;
    private const int EnabledIdle = 6;

    private const int MaxHostName = 63;
    private const int RfbPasswordLength = 8;
    private const string WiredPort = "Intel(r) AMT Ethernet Port Settings 0";

    public async Task<AmtRedirectionSettings> GetRedirectionAsync(CancellationToken ct)
    {
        XElement service = await wsman.GetAsync(RedirectionClass, ct);
        int state = (int)(service.Number("EnabledState") ?? RedirectionNone);
        return new AmtRedirectionSettings(service.Flag("ListenerEnabled"), (state & SolBit) != 0, (state & IderBit) != 0, await GetKvmSwitchAsync(ct));
    }

    /// <summary>Switches redirection; null = as it is. Order as every release takes it: state, KVM, listener.</summary>
    public async Task SetRedirectionAsync(bool? listener, bool? sol, bool? ider, bool? kvm, CancellationToken ct)
    {
        XElement service = await wsman.GetAsync(RedirectionClass, ct);
        int state = (int)(service.Number("EnabledState") ?? RedirectionNone);
        int wanted = RedirectionNone | ((ider ?? (state & IderBit) != 0) ? IderBit : 0) | ((sol ?? (state & SolBit) != 0) ? SolBit : 0);
        if (wanted != state)
        {
            XElement output = await wsman.InvokeAsync(RedirectionClass, "RequestStateChange", [new XElement(WsManNames.Resource(RedirectionClass) + "RequestedState", wanted)], ct);
            Demand(output, "to switch redirection");
        }
        if (kvm is { } on)
        {
            if (await GetKvmSwitchAsync(ct) is not { } isOn) throw new AmtException(AmtProblem.FeatureAbsent, $"{wsman.Host}: this firmware has no KVM");
            if (isOn != on)
            {
                XElement output = await wsman.InvokeAsync(KvmSwitchClass, "RequestStateChange", [new XElement(WsManNames.Resource(KvmSwitchClass) + "RequestedState", on ? Enabled : Disabled)], ct);
                Demand(output, "to switch KVM");
            }
        }
        if (listener is { } listens && service.Flag("ListenerEnabled") != listens)
        {
            service = await wsman.GetAsync(RedirectionClass, ct);
            foreach (XElement log in service.Elements().Where(e => e.Name.LocalName == "AccessLog").ToList()) log.Remove();
            service.Set("ListenerEnabled", listens ? "true" : "false");
            await wsman.PutAsync(RedirectionClass, service, ct);
        }
    }

    /// <summary>Null when this firmware has no KVM settings.</summary>
    public async Task<AmtKvmSettings?> GetKvmAsync(CancellationToken ct)
    {
        if (await TryGetAsync(KvmClass, ct) is not { } kvm) return null;
        return new AmtKvmSettings(kvm.Flag("Is5900PortEnabled"), kvm.Flag("OptInPolicy"), kvm.Number("OptInPolicyTimeout"), kvm.Number("SessionTimeout"));
    }

    /// <exception cref="AmtException">BadArgument for a value the firmware would refuse, before anything is sent.</exception>
    public async Task SetKvmAsync(AmtKvmChange change, CancellationToken ct)
    {
        if (change.RfbPassword is { } password) CheckRfbPassword(password);
        Range("the KVM time-out", change.SessionTimeoutMinutes, 0, 255, "minutes");
        Range("the consent time-out", change.OptInTimeoutSeconds, 60, 900, "seconds");
        XElement kvm = await TryGetAsync(KvmClass, ct) ?? throw new AmtException(AmtProblem.FeatureAbsent, $"{wsman.Host}: this firmware has no KVM settings");
        XElement before = new(kvm);
        // Reads as empty, and an empty one must not go back.
        foreach (XElement old in kvm.Elements().Where(e => e.Name.LocalName == "RFBPassword").ToList()) old.Remove();
        if (change.Port5900 is { } port) kvm.Set("Is5900PortEnabled", port ? "true" : "false");
        if (change.SessionTimeoutMinutes is { } minutes) kvm.Set("SessionTimeout", minutes.ToString());
        if (change.OptInTimeoutSeconds is { } seconds) kvm.Set("OptInPolicyTimeout", seconds.ToString());
        if (change.RfbPassword is not null) kvm.Set("RFBPassword", change.RfbPassword);
        if (change.RfbPassword is null && kvm.Elements().All(e => before.Elements().FirstOrDefault(b => b.Name == e.Name)?.Value == e.Value)) return;
        try
        {
            await wsman.PutAsync(KvmClass, kvm, ct);
        }
        catch (AmtException e) when (e.Problem == AmtProblem.Fault && (change.Port5900 == true || change.RfbPassword is not null))
        {
            throw new AmtException(
                AmtProblem.FeatureAbsent,
                $"{wsman.Host}: the firmware refused port 5900 or its password; since release 16.1, and after security updates of earlier ones, it is gone: use slipway amt kvm {wsman.Host} --listen 127.0.0.1:5900 instead", e);
        }
    }

    public async Task<AmtGeneralSettings> GetGeneralAsync(CancellationToken ct)
    {
        XElement general = await wsman.GetAsync(GeneralClass, ct);
        // A number on some releases, a boolean on others.
        bool? network = general.Flag("AMTNetworkEnabled") ?? (general.Number("AMTNetworkEnabled") is { } number ? number != 0 : null);
        return new AmtGeneralSettings(
            general.Text("HostName"), general.Text("DomainName"), general.Text("DigestRealm"), network, general.Flag("PingResponseEnabled"), general.Number("IdleWakeTimeout"));
    }

    /// <exception cref="AmtException">BadArgument for a value the firmware would refuse, before anything is sent.</exception>
    public async Task SetGeneralAsync(AmtGeneralChange change, CancellationToken ct)
    {
        if (change.HostName is { Length: > MaxHostName }) throw new AmtException(AmtProblem.BadArgument, $"a host name of the firmware has at most {MaxHostName} characters");
        Range("the idle wake time-out", change.IdleWakeTimeoutMinutes, 1, ushort.MaxValue, "minutes");
        XElement general = await wsman.GetAsync(GeneralClass, ct);
        XElement before = new(general);
        foreach (XElement readOnly in general.Elements().Where(e => e.Name.LocalName == "DigestRealm").ToList()) readOnly.Remove();
        if (change.HostName is { } name) general.Set("HostName", name);
        if (change.IdleWakeTimeoutMinutes is { } minutes) general.Set("IdleWakeTimeout", minutes.ToString());
        if (change.PingResponse is { } ping) general.Set("PingResponseEnabled", ping ? "true" : "false");
        if (general.Elements().All(e => before.Elements().FirstOrDefault(b => b.Name == e.Name)?.Value == e.Value)) return;
        await wsman.PutAsync(GeneralClass, general, ct);
    }

    public async Task<AmtNetworkSettings> GetNetworkAsync(CancellationToken ct)
    {
        IReadOnlyList<XElement> ports = await wsman.EnumerateAsync(PortClass, ct);
        XElement port = ports.FirstOrDefault(p => p.Text("InstanceID") == WiredPort) ?? (ports is [var first, ..] ? first : null)
            ?? throw new AmtException(AmtProblem.FeatureAbsent, $"{wsman.Host}: the firmware tells of no network port");
        return new AmtNetworkSettings(
            port.Text("MACAddress")?.Replace('-', ':'), port.Flag("LinkIsUp"), port.Flag("DHCPEnabled"), port.Text("IPAddress"), port.Text("SubnetMask"), port.Text("DefaultGateway"));
    }

    /// <summary>The firmware's clock, UTC.</summary>
    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken ct) => DateTimeOffset.FromUnixTimeSeconds(await ReadClockAsync(ct));

    /// <summary>Sets the firmware's clock to this computer's.</summary>
    public async Task SyncTimeAsync(TimeProvider time, CancellationToken ct)
    {
        long theirs = await ReadClockAsync(ct);
        long whenAnswered = time.GetUtcNow().ToUnixTimeSeconds();
        XNamespace space = WsManNames.Resource(TimeClass);
        XElement output = await wsman.InvokeAsync(
            TimeClass, "SetHighAccuracyTimeSynch",
            [new XElement(space + "Ta0", theirs), new XElement(space + "Tm1", whenAnswered), new XElement(space + "Tm2", time.GetUtcNow().ToUnixTimeSeconds())], ct);
        Demand(output, "to set its clock");
    }

    /// <summary>Which rule of the firmware a password of port 5900 breaks.</summary>
    internal static void CheckRfbPassword(string password)
    {
        string? broken = password.Length != RfbPasswordLength ? $"exactly {RfbPasswordLength} characters, found {password.Length}"
            : AmtPasswordRules.Check(password);
        if (broken is not null) throw new AmtException(AmtProblem.BadArgument, $"the password of port 5900 needs {broken}");
    }

    private async Task<long> ReadClockAsync(CancellationToken ct)
    {
        XElement output = await wsman.InvokeAsync(TimeClass, "GetLowAccuracyTimeSynch", [], ct);
        Demand(output, "to tell its clock");
        return output.Number("Ta0") is { } seconds and >= 0 and <= uint.MaxValue ? seconds : throw new AmtException(AmtProblem.BadAnswer, $"{wsman.Host}: the firmware's clock is no time");
    }

    private async Task<bool?> GetKvmSwitchAsync(CancellationToken ct) =>
        (await TryGetAsync(KvmSwitchClass, ct))?.Number("EnabledState") is { } state ? state is Enabled or EnabledIdle : null;

    private async Task<XElement?> TryGetAsync(string className, CancellationToken ct)
    {
        try
        {
            return await wsman.GetAsync(className, ct);
        }
        catch (AmtException e) when (e.Problem == AmtProblem.FeatureAbsent)
        {
            return null;
        }
    }

    private void Demand(XElement output, string what)
    {
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result != AmtReturnValue.Success) throw AmtReturnValue.Refusal(wsman.Host, what, result);
    }

    private static void Range(string what, int? value, int least, int most, string unit)
    {
        if (value < least || value > most) throw new AmtException(AmtProblem.BadArgument, $"{what} is {least} to {most} {unit}, found {value}");
    }
}
