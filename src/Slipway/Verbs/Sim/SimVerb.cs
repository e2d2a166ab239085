using Slipway.Output;

namespace Slipway.Verbs.Sim;

/// <summary><c>slipway sim</c>: machines made of software, to try things without hardware.</summary>
internal static class SimVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("sim", "Machines made of software, to try things without hardware")
        {
            Examples = [("slipway sim amt --release 12", "simulated Intel AMT firmware in front of nothing"), ("slipway --lab samples/lab.yaml sim amt -m vpro", "in front of a virtual machine of the lab")],
            ExitCodes = [(ExitCode.Good, "ended by Ctrl-C"), (ExitCode.Usage, "wrong usage"), (ExitCode.LabFault, "a port is taken, or QEMU did not start")],
        };
        verb.Add(SimAmtVerb.Build(cli));
        return verb;
    }
}
