using System.CommandLine;
using Slipway.Amt.Boot;
using Slipway.Amt.Power;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt boot</c>: what the machine boots from next, for one boot.</summary>
internal static class AmtBootVerb
{
    private static readonly TimeSpan PowerDeadline = TimeSpan.FromSeconds(60);

    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var target = new Argument<string>("TARGET") { Description = "pxe, disk, cd, bios (its setup), url (with --url), clear (take an override back), show" };
        target.AcceptOnlyFromAmong("pxe", "disk", "cd", "bios", "url", "clear", "show");
        var url = new Option<string?>("--url") { Description = "With url: the https:// address of an EFI program or disc image (release 15 and later, over TLS)", HelpName = "URL" };
        var sol = new Option<bool>("--sol") { Description = "Have the BIOS mirror its screens to the serial console" };
        var index = new Option<int>("--device") { Description = "Which disk or CD, counted from 1; 0: the first that boots", HelpName = "N" };
        var reset = new Option<bool>("--reset") { Description = "Start it now: reset when the machine is on, on when it is off" };
        var verb = new VerbCommand("boot", "Set what the machine boots from next, for one boot")
        {
            Examples =
            [
                ("slipway amt boot pxe 192.168.77.20 --reset", "boot from the network now"),
                ("slipway amt boot bios 192.168.77.20 --sol --reset", "into the BIOS setup, on the serial console"),
                ("slipway amt boot url 192.168.77.20 --url https://boot.example/ipxe.efi --reset", "one-click recovery's HTTPS boot"),
                ("slipway amt boot show 192.168.77.20", "what is set, and what this firmware has"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        verb.Add(target);
        options.AddTo(verb);
        foreach (Option option in new Option[] { url, sol, index, reset }) verb.Add(option);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            string word = line.GetRequiredValue(target);
            if ((word == "url") != (line.GetValue(url) is not null)) throw new UsageException("SLP7124", "'url' and --url go together: slipway amt boot url HOST --url https://…");
            var boot = new AmtBoot(host.WsMan);
            var facts = new AmtFacts();
            switch (word)
            {
                case "show":
                    AmtBootSettings settings = await boot.GetAsync(ct);
                    facts.Add("sources", await boot.ListSourcesAsync(ct));
                    facts.Add("capabilities", (await boot.GetCapabilitiesAsync(ct)).Where(c => c.Value).Select(c => c.Key));
                    facts.Add("use-sol", settings.UseSol);
                    facts.Add("use-ider", settings.UseIder);
                    facts.Add("bios-setup", settings.BiosSetup);
                    break;
                case "clear":
                    await boot.ClearAsync(ct);
                    facts.Add("boot", "as the BIOS is set");
                    break;
                default:
                    await boot.GetAsync(ct);
                    AmtBootOverrideResult result = await boot.SetOverrideAsync(
                        new AmtBootOverride
                        {
                            Target = word switch
                            {
                                "pxe" => AmtBootTarget.Pxe,
                                "disk" => AmtBootTarget.Disk,
                                "cd" => AmtBootTarget.Cd,
                                "bios" => AmtBootTarget.BiosSetup,
                                _ => AmtBootTarget.Url,
                            },
                            Url = line.GetValue(url),
                            UseSol = line.GetValue(sol),
                            MediaIndex = line.GetValue(index),
                            IsTls = host.Transport.Link!.Tls,
                        },
                        ct);
                    facts.Add("next-boot", word);
                    if (line.GetValue(sol)) facts.Add("bios-on-sol", result.SolMirrored);
                    facts.Add("notes", result.Notes);
                    break;
            }
            if (line.GetValue(reset)) facts.Add("power", await StartAsync(host, ct));
            facts.Print(cli.Terminal, cli.Json(line));
            return ExitCode.Good;
        });
        return verb;
    }

    private static async Task<string> StartAsync(AmtHost host, CancellationToken ct)
    {
        var power = new AmtPower(host.WsMan, host.Time);
        AmtPowerStatus status = await power.GetAsync(ct);
        status = await power.ChangeAsync(status.State == AmtPowerState.On ? AmtPowerRequest.Reset : AmtPowerRequest.On, PowerDeadline, ct);
        return status.State.ToString().ToLowerInvariant();
    }
}
