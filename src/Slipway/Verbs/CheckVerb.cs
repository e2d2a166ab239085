using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway check</c>: is the lab file right, and could this computer do what it says?</summary>
internal static class CheckVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("check", "Check the lab file, and whether loaders, ports, rights and programs are there")
        {
            Examples = [("slipway check", "the lab file that is found"), ("slipway --lab desk.yaml check --json", "another one, for programs")],
            ExitCodes = [(ExitCode.Good, "all is there"), (ExitCode.Usage, "the lab file is wrong, or something is missing")],
        };
        verb.SetAction(line =>
        {
            LabDescription lab = cli.Lab(line);
            IReadOnlyList<CheckLine> lines = LabCheck.Look(lab, LabPlaces.Of(lab.Name));
            bool good = lines.All(l => l.IsGood);
            if (cli.Json(line))
            {
                JsonOutput.Write(cli.Terminal, json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("good", good);
                    json.WriteStartArray("checks");
                    foreach (CheckLine check in lines)
                    {
                        json.WriteStartObject();
                        json.WriteBoolean("good", check.IsGood);
                        json.WriteString("what", check.What);
                        json.WriteString("found", check.Found);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                    json.WriteEndObject();
                });
                return good ? ExitCode.Good : ExitCode.Usage;
            }
            int width = lines.Max(l => l.What.Length);
            foreach (CheckLine check in lines)
            {
                string mark = check.IsGood ? cli.Terminal.Good("ok     ") : cli.Terminal.Bad("missing");
                cli.Terminal.Out.WriteLine($"{mark}  {check.What.PadRight(width)}  {check.Found}");
            }
            return good ? ExitCode.Good : ExitCode.Usage;
        });
        return verb;
    }
}
