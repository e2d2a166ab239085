namespace Slipway.Verbs;

/// <summary>Every verb by its name. A verb's command is only built when the command line may mean it: a tree of all costs start-up time.</summary>
internal static class VerbTable
{
    /// <summary>In the order of <c>slipway --help</c>: one file per verb in this folder.</summary>
    public static readonly IReadOnlyList<Verb> All =
    [
        new("run", RunVerb.Build),
        new("boot", BootVerb.Build),
        new("netboot", NetbootVerb.Build),
        new("power", PowerVerb.Build),
        new("screen", ScreenVerb.Build),
        new("check", CheckVerb.Build),
        new("machines", MachinesVerb.Build),
        new("runs", RunsVerb.Build),
        new("amt", Amt.AmtVerb.Build),
        new("fence", FenceVerb.Build),
        new("sim", Sim.SimVerb.Build),
        new("demo", DemoVerb.Build),
        new("completion", CompletionVerb.Build),
    ];
}

/// <param name="Name">The first word of the command line.</param>
/// <param name="Build">Makes its command, with options, arguments and action.</param>
internal sealed record Verb(string Name, Func<Cli, VerbCommand> Build);
