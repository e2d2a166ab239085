using System.CommandLine;
using Slipway.Amt.Power;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt power</c>: one power request, read back; or the state, with what is possible from it.</summary>
internal static class AmtPowerVerb
{
    private static readonly TimeSpan DefaultWithin = TimeSpan.FromSeconds(60);

    private static readonly (string Word, AmtPowerRequest Request)[] Requests =
    [
        ("on", AmtPowerRequest.On), ("off", AmtPowerRequest.Off), ("cycle", AmtPowerRequest.CycleOff), ("reset", AmtPowerRequest.Reset),
        ("nmi", AmtPowerRequest.Interrupt), ("sleep", AmtPowerRequest.Sleep), ("hibernate", AmtPowerRequest.Hibernate),
        ("off-graceful", AmtPowerRequest.OffGraceful), ("reset-graceful", AmtPowerRequest.ResetGraceful),
    ];

    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var action = new Argument<string>("ACTION") { Description = "status, " + string.Join(", ", Requests.Select(r => r.Word)) };
        action.AcceptOnlyFromAmong([.. Requests.Select(r => r.Word), "status"]);
        var verb = new VerbCommand("power", "Switch the machine, or see its state and what is possible from it")
        {
            Examples =
            [
                ("slipway amt power status 192.168.77.20", "the state, and which requests the firmware takes now"),
                ("slipway amt power reset 192.168.77.20", "without loss of power: the only one that leaves an open SOL session alone"),
                ("slipway amt power nmi 192.168.77.20", "a non-maskable interrupt: makes most kernels panic with a backtrace"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        verb.Add(action);
        options.AddTo(verb);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            string word = line.GetRequiredValue(action);
            var power = new AmtPower(host.WsMan, cli.Time);
            AmtPowerStatus status = word == "status"
                ? await power.GetAsync(ct)
                : await power.ChangeAsync(Requests.Single(r => r.Word == word).Request, DefaultWithin, ct);
            var facts = new AmtFacts();
            facts.Add("power", status.State.ToString().ToLowerInvariant());
            if (status.IsIdle) facts.Add("idle", true);
            if (word == "status") facts.Add("possible", Requests.Where(r => status.Available.Contains(r.Request)).Select(r => r.Word));
            facts.Print(cli.Terminal, cli.Json(line));
            return ExitCode.Good;
        });
        return verb;
    }
}
