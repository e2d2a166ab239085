using Slipway.LabFile;
using Slipway.Output;

namespace Slipway.Verbs;

/// <summary><c>slipway demo</c>: a lab of virtual machines on this computer, netbooted and judged.</summary>
internal static class DemoVerb
{
    private const string LabFileName = "lab.yaml";
    private const string RunFileName = "demo.run.yaml";

    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("demo", "Netboot two kernels on virtual machines of this computer, and judge them")
        {
            Examples = [("slipway demo", "the sample multiboot2 kernel and a Debian Linux, each from power-on to verdict")],
            ExitCodes =
            [
                (ExitCode.Good, "both passed"),
                (ExitCode.Failed, "a kernel failed"),
                (ExitCode.Usage, "the samples are not built, or a package is missing"),
                (ExitCode.LabFault, "the lab's own trouble"),
            ],
        };
        verb.SetAction((line, ct) =>
        {
            string samples = FindSamples();
            LabDescription lab = cli.LoadLab(Path.Combine(samples, LabFileName));
            IReadOnlyList<RunDescription> runs = RunFileReader.Read(Path.Combine(samples, "runs", RunFileName), lab, cli.Environment);
            return RunVerb.RunAsync(cli, lab, runs, jobs: 1, quiet: false, cli.Json(line), ct);
        });
        return verb;
    }

    // Beside the executable when installed; two levels up in a checkout, where it is out/slipway.
    private static string FindSamples()
    {
        string here = Path.GetDirectoryName(Environment.ProcessPath) ?? ".";
        string[] places = [Path.Combine(here, "samples"), Path.Combine(here, "..", "samples"), Path.Combine(here, "..", "share", "slipway", "samples")];
        return places.Select(Path.GetFullPath).FirstOrDefault(p => File.Exists(Path.Combine(p, LabFileName)))
            ?? throw new UsageException("SLP7113", $"the samples are not beside this program (looked in {string.Join(", ", places.Select(Path.GetFullPath))}); run ./try in a checkout");
    }
}
