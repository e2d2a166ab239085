using System.CommandLine;
using Slipway.Amt.Consent;
using Slipway.Amt.Settings;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt settings</c>: shows the settings that a lab depends on, and changes those that are named.</summary>
internal static class AmtSettingsVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        Option<string?> listener = Switch("--listener", "The redirection ports"), sol = Switch("--sol", "Serial over LAN"), ider = Switch("--ider", "IDE redirection"), kvm = Switch("--kvm", "KVM");
        Option<string?> port5900 = Switch("--kvm-port-5900", "The plain VNC port (gone since release 16.1)"), ping = Switch("--ping", "Answers to ping");
        var kvmPassword = new Option<string?>("--kvm-password-file") { Description = "File with the password of port 5900: exactly 8 characters", HelpName = "FILE" };
        var kvmTimeout = new Option<int?>("--kvm-timeout") { Description = "Minutes after which an idle KVM session is closed, 0 (never) to 255", HelpName = "MINUTES" };
        var consent = new Option<string?>("--consent") { Description = "When somebody must consent at the machine: none, kvm, all", HelpName = "WHEN" };
        consent.AcceptOnlyFromAmong("none", "kvm", "all");
        var consentTimeout = new Option<int?>("--consent-timeout") { Description = "Seconds the consent code of KVM is valid", HelpName = "SECONDS" };
        var idleWake = new Option<int?>("--idle-wake") { Description = "Minutes after which the firmware goes to sleep; for a lab 65535", HelpName = "MINUTES" };
        var hostName = new Option<string?>("--host-name") { Description = "The firmware's host name", HelpName = "NAME" };
        var syncTime = new Option<bool>("--sync-time") { Description = "Set the firmware's clock to this computer's" };
        var verb = new VerbCommand("settings", "Show the firmware's settings, or change those named")
        {
            Examples =
            [
                ("slipway amt settings 192.168.77.20", "what is set"),
                ("slipway amt settings 192.168.77.20 --listener on --sol on --kvm on --consent none", "what a lab wants"),
                ("slipway amt settings 192.168.77.20 --kvm-timeout 0 --idle-wake 65535 --sync-time", "stay reachable, do not cut idle screens"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        options.AddTo(verb);
        foreach (Option option in new Option[] { listener, sol, ider, kvm, port5900, kvmPassword, kvmTimeout, consent, consentTimeout, idleWake, hostName, ping, syncTime }) verb.Add(option);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            var settings = new AmtSettings(host.WsMan);
            bool? Wanted(Option<string?> option) => line.GetValue(option) switch { null => null, "on" => true, _ => false };
            if (Wanted(listener) is not null || Wanted(sol) is not null || Wanted(ider) is not null || Wanted(kvm) is not null)
                await settings.SetRedirectionAsync(Wanted(listener), Wanted(sol), Wanted(ider), Wanted(kvm), ct);
            var change = new AmtKvmChange
            {
                Port5900 = Wanted(port5900),
                RfbPassword = line.GetValue(kvmPassword) is { } file ? AmtHostOptions.Password(cli, file, host.Endpoint.Host) : null,
                SessionTimeoutMinutes = line.GetValue(kvmTimeout),
                OptInTimeoutSeconds = line.GetValue(consentTimeout),
            };
            if (change != new AmtKvmChange()) await settings.SetKvmAsync(change, ct);
            if (line.GetValue(consent) is { } policy)
                await new AmtConsent(host.WsMan).SetPolicyAsync(policy switch { "none" => AmtConsentPolicy.None, "kvm" => AmtConsentPolicy.Kvm, _ => AmtConsentPolicy.All }, ct);
            var general = new AmtGeneralChange { HostName = line.GetValue(hostName), IdleWakeTimeoutMinutes = line.GetValue(idleWake), PingResponse = Wanted(ping) };
            if (general != new AmtGeneralChange()) await settings.SetGeneralAsync(general, ct);
            if (line.GetValue(syncTime)) await settings.SyncTimeAsync(cli.Time, ct);
            await PrintAsync(cli, host, settings, cli.Json(line), ct);
            return ExitCode.Good;
        });
        return verb;
    }

    private static Option<string?> Switch(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description + ": on or off", HelpName = "ON|OFF" };
        option.AcceptOnlyFromAmong("on", "off");
        return option;
    }

    private static async Task PrintAsync(Cli cli, AmtHost host, AmtSettings settings, bool json, CancellationToken ct)
    {
        AmtRedirectionSettings redirection = await settings.GetRedirectionAsync(ct);
        AmtKvmSettings? kvm = await settings.GetKvmAsync(ct);
        AmtGeneralSettings general = await settings.GetGeneralAsync(ct);
        AmtNetworkSettings network = await settings.GetNetworkAsync(ct);
        AmtConsentStatus consent = await new AmtConsent(host.WsMan).GetAsync(ct);
        var facts = new AmtFacts();
        facts.Add("listener", redirection.Listener);
        facts.Add("sol", redirection.Sol);
        facts.Add("ider", redirection.Ider);
        facts.Add("kvm", redirection.Kvm);
        facts.Add("kvm-port-5900", kvm?.Port5900);
        facts.Add("kvm-timeout-minutes", kvm?.SessionTimeoutMinutes);
        facts.Add("consent", consent.Required.ToString().ToLowerInvariant());
        facts.Add("host-name", general.HostName);
        facts.Add("domain", general.DomainName);
        facts.Add("ping", general.PingResponse);
        facts.Add("idle-wake-minutes", general.IdleWakeTimeoutMinutes);
        facts.Add("mac", network.Mac);
        facts.Add("dhcp", network.Dhcp);
        facts.Add("address", network.Address);
        facts.Add("link", network.LinkIsUp);
        facts.Add("clock", (await settings.GetTimeAsync(ct)).ToString("u"));
        facts.Print(cli.Terminal, json);
    }
}
