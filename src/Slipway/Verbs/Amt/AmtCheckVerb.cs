using Slipway.Amt.Checks;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt check</c>: every prerequisite of a boot over AMT, in order, with what to do about each that fails.</summary>
internal static class AmtCheckVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var verb = new VerbCommand("check", "Is everything ready to boot kernels over AMT? What is missing, and what to do")
        {
            Examples = [("slipway amt check 192.168.77.20", "from 'is it reachable' to 'does its clock go right'"), ("slipway amt check 192.168.77.20 --json", "for programs")],
            ExitCodes = [(ExitCode.Good, "ready"), (ExitCode.Usage, "wrong usage"), (ExitCode.LabFault, "something must be done first")],
        };
        options.AddTo(verb);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            IReadOnlyList<AmtCheckStep> steps = await new AmtCheck(host.Transport, host.WsMan, cli.Time).RunAsync(ct);
            bool isReady = steps.All(s => s.Outcome != AmtCheckOutcome.Failed);
            if (cli.Json(line))
            {
                JsonOutput.Write(cli.Terminal, json =>
                {
                    json.WriteStartArray();
                    foreach (AmtCheckStep step in steps)
                    {
                        json.WriteStartObject();
                        json.WriteString("step", step.Name);
                        json.WriteString("outcome", step.Outcome.ToString().ToLowerInvariant());
                        json.WriteString("found", step.Found);
                        json.WriteString("remedy", step.Remedy);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
                return isReady ? ExitCode.Good : ExitCode.LabFault;
            }
            foreach (AmtCheckStep step in steps)
            {
                string mark = step.Outcome switch
                {
                    AmtCheckOutcome.Good => cli.Terminal.Good("ok  "),
                    AmtCheckOutcome.Advice => cli.Terminal.Odd("note"),
                    AmtCheckOutcome.Skipped => cli.Terminal.Faint("-   "),
                    _ => cli.Terminal.Bad("FAIL"),
                };
                cli.Terminal.Out.WriteLine($"{mark}  {step.Name}: {step.Found}");
                if (step.Remedy.Length > 0) cli.Terminal.Out.WriteLine($"      -> {step.Remedy}");
            }
            return isReady ? ExitCode.Good : ExitCode.LabFault;
        });
        return verb;
    }
}
