using System.CommandLine;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway screen</c>: what the machine's screen shows.</summary>
internal static class ScreenVerb
{
    public static VerbCommand Build(Cli cli)
    {
        Argument<string?> machine = LabEntry.MachineArgument(cli);
        var file = new Option<string?>("--output", "-o") { Description = "The PNG file to write; '-' is standard output. Default: MACHINE.png", HelpName = "FILE" };
        var verb = new VerbCommand("screen", "Take a picture of a machine's screen")
        {
            Examples =
            [
                ("slipway screen vm1 -o shot.png", "a PNG file"),
                ("slipway screen vm1 -o - | display", "to a viewer"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "written"),
                (ExitCode.Usage, "wrong usage or lab file"),
                (ExitCode.LabFault, "the machine is off, or has no screen that Slipway can see"),
            ],
        };
        verb.Add(machine);
        verb.Add(file);
        verb.SetAction(async (line, ct) =>
        {
            LabDescription lab = cli.Lab(line);
            MachineDescription description = LabEntry.Machine(cli, lab, line.GetValue(machine));
            await using LabHost host = LabEntry.Look(cli, lab);
            byte[] picture = await host.Machine(description.Name).CapturePngAsync(ct);
            string path = line.GetValue(file) ?? $"{description.Name}.png";
            if (path == "-")
            {
                await using Stream output = cli.Terminal.OpenRawOut();
                await output.WriteAsync(picture, ct);
                return ExitCode.Good;
            }
            try
            {
                await File.WriteAllBytesAsync(path, picture, ct);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException("SLP7108", $"cannot write {path}: {e.Message}; name another file with -o");
            }
            cli.Terminal.Out.WriteLine(path);
            return ExitCode.Good;
        });
        return verb;
    }
}
