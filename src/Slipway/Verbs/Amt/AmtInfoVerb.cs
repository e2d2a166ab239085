using Slipway.Amt.Inventory;
using Slipway.Amt.Power;
using Slipway.Amt.Settings;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt info</c>: what this firmware is and how it is set, on one page.</summary>
internal static class AmtInfoVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var verb = new VerbCommand("info", "What this firmware is: release, identity, power, what is enabled")
        {
            Examples = [("slipway amt info 192.168.77.20", "AMT_PASSWORD has the password"), ("slipway amt info 192.168.77.20 --json", "for programs")],
            ExitCodes = AmtVerb.ExitCodes,
        };
        options.AddTo(verb);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            AmtInventoryRecord inventory = await new AmtInventory(host.WsMan).ReadAsync(ct);
            AmtPowerStatus power = await new AmtPower(host.WsMan, cli.Time).GetAsync(ct);
            var settings = new AmtSettings(host.WsMan);
            AmtRedirectionSettings redirection = await settings.GetRedirectionAsync(ct);
            AmtGeneralSettings general = await settings.GetGeneralAsync(ct);
            var facts = new AmtFacts();
            facts.Add("host", host.Endpoint.Host);
            facts.Add("connection", host.Transport.Link!.Protocol);
            facts.Add("certificate", host.Transport.Link!.CertificateSha256);
            facts.Add("amt", inventory.AmtVersion ?? host.WsMan.FirmwareVersion);
            facts.Add("control-mode", inventory.ControlMode.ToString().ToLowerInvariant());
            facts.Add("uuid", inventory.Uuid?.ToString());
            facts.Add("manufacturer", inventory.Manufacturer);
            facts.Add("model", inventory.Model);
            facts.Add("serial", inventory.SerialNumber);
            facts.Add("bios", inventory.BiosVersion);
            facts.Add("host-name", general.HostName);
            facts.Add("realm", general.DigestRealm);
            facts.Add("power", power.State.ToString().ToLowerInvariant());
            facts.Add("redirection-listener", redirection.Listener);
            facts.Add("sol", redirection.Sol);
            facts.Add("ider", redirection.Ider);
            facts.Add("kvm", redirection.Kvm);
            facts.Print(cli.Terminal, cli.Json(line));
            return ExitCode.Good;
        });
        return verb;
    }
}
