using System.CommandLine;
using Slipway.Amt.Consent;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt consent</c>: the six digits that somebody in front of the machine reads from its screen.</summary>
internal static class AmtConsentVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var action = new Argument<string>("ACTION") { Description = "show, start (the machine shows a code), send (with --code), cancel" };
        action.AcceptOnlyFromAmong("show", "start", "send", "cancel");
        var code = new Option<string?>("--code") { Description = "The six digits on the machine's screen", HelpName = "DIGITS" };
        var verb = new VerbCommand("consent", "User consent: the code on the machine's screen that KVM, IDE-R and boot options may need")
        {
            Examples =
            [
                ("slipway amt consent start 192.168.77.20", "the machine shows six digits; it must be on"),
                ("slipway amt consent send 192.168.77.20 --code 123456", "lasts until two idle minutes without a session"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        verb.Add(action);
        options.AddTo(verb);
        verb.Add(code);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            var consent = new AmtConsent(host.WsMan);
            switch (line.GetRequiredValue(action))
            {
                case "start":
                    await consent.StartAsync(ct);
                    break;
                case "send":
                    await consent.SendCodeAsync(line.GetValue(code) ?? throw new UsageException("SLP7125", "'send' needs --code with the six digits on the machine's screen"), ct);
                    break;
                case "cancel":
                    await consent.CancelAsync(ct);
                    break;
            }
            AmtConsentStatus status = await consent.GetAsync(ct);
            var facts = new AmtFacts();
            facts.Add("required", status.Required.ToString().ToLowerInvariant());
            facts.Add("state", status.State.ToString().ToLowerInvariant());
            facts.Add("policy-can-be-changed", status.CanModify);
            facts.Print(cli.Terminal, cli.Json(line));
            return ExitCode.Good;
        });
        return verb;
    }
}
