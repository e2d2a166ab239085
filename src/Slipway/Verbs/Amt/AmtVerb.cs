using System.CommandLine;
using Slipway.Amt;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt</c>: everything about one Intel AMT host, without a lab file. One file per sub-verb in this folder.</summary>
internal static class AmtVerb
{
    /// <summary>What every sub-verb may end with.</summary>
    public static readonly IReadOnlyList<(int, string)> ExitCodes =
    [
        (ExitCode.Good, "done, and seen to be done"),
        (ExitCode.Usage, "wrong usage, or a value the firmware would refuse; nothing was touched"),
        (ExitCode.LabFault, "the firmware cannot be reached, refused, or did not do it; the message says what to do"),
        (ExitCode.Busy, "another console has the session"),
        (ExitCode.NotAllowed, "wrong password, a right is missing, or somebody must consent at the machine"),
    ];

    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("amt", "Intel AMT: power, boot, console, screen, media and settings of one host")
        {
            Examples =
            [
                ("slipway amt check 192.168.77.20", "is everything ready? What is missing is named, with what to do"),
                ("slipway amt power cycle 192.168.77.20", "the state is read back"),
                ("slipway amt sol 192.168.77.20", "its serial console; Ctrl-] ends"),
                ("slipway amt boot pxe 192.168.77.20 --reset", "boot from the network now, this once"),
            ],
            ExitCodes = ExitCodes,
        };
        foreach (Func<Cli, VerbCommand> build in (Func<Cli, VerbCommand>[])
            [
                AmtCheckVerb.Build, AmtInfoVerb.Build, AmtPowerVerb.Build, AmtBootVerb.Build, AmtSolVerb.Build, AmtKvmVerb.Build,
                AmtLogVerb.Build, AmtInventoryVerb.Build, AmtSettingsVerb.Build, AmtConsentVerb.Build, AmtAccountsVerb.Build,
            ])
            verb.Add(build(cli));
        return verb;
    }

    /// <summary>Lets a sub-verb act on the host of its command line.</summary>
    public static void Act(Cli cli, VerbCommand verb, AmtHostOptions options, Func<AmtHost, ParseResult, CancellationToken, Task<int>> act) =>
        verb.SetAction(async (line, ct) =>
        {
            await using AmtHost host = options.Open(cli, line);
            return await act(host, line, ct);
        });

    /// <summary>The exit code that a problem with AMT ends in.</summary>
    public static int ExitCodeOf(AmtProblem problem) => problem switch
    {
        AmtProblem.BadArgument or AmtProblem.MediumUnreadable => ExitCode.Usage,
        AmtProblem.SessionBusy => ExitCode.Busy,
        AmtProblem.WrongCredentials or AmtProblem.AccessDenied or AmtProblem.ConsentRequired => ExitCode.NotAllowed,
        _ => ExitCode.LabFault,
    };
}
