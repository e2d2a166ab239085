using System.CommandLine;
using System.Text.Json;
using Slipway.Lab;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway machines</c>: what the lab file says of its machines.</summary>
internal static class MachinesVerb
{
    private static readonly (int, string)[] ExitCodes = [(ExitCode.Good, "printed"), (ExitCode.Usage, "wrong usage or lab file")];

    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("machines", "List the lab's machines")
        {
            Examples = [("slipway machines", "all machines"), ("slipway machines show vm1", "one machine"), ("slipway machines --json", "for programs")],
            ExitCodes = ExitCodes,
        };
        verb.SetAction(line => List(cli, line));
        verb.Add(Show(cli));
        return verb;
    }

    private static VerbCommand Show(Cli cli)
    {
        var name = new Argument<string>("MACHINE") { Description = "A machine of the lab" };
        cli.CompletesMachine(name);
        var verb = new VerbCommand("show", "Show one machine")
        {
            Examples = [("slipway machines show vm1", "one machine")],
            ExitCodes = ExitCodes,
        };
        verb.Add(name);
        verb.SetAction(line => ShowOne(cli, line, line.GetRequiredValue(name)));
        return verb;
    }

    private static int List(Cli cli, ParseResult line)
    {
        LabDescription lab = cli.Lab(line);
        if (cli.Json(line))
        {
            JsonOutput.Write(cli.Terminal, json =>
            {
                json.WriteStartArray();
                foreach (MachineDescription machine in lab.Machines.Values) WriteMachine(json, machine);
                json.WriteEndArray();
            });
            return ExitCode.Good;
        }
        var table = new Table("MACHINE", "MAC", "IP", "IMAGE", "FIRMWARE", "TAGS");
        foreach (MachineDescription m in lab.Machines.Values)
            table.Add(m.Name, m.Mac.Spelt(), m.Ip?.ToString() ?? "-", m.Image ?? "-", Firmware(m), string.Join(",", m.Tags));
        table.WriteTo(cli.Terminal.Out);
        foreach (string unknown in LabHost.UnknownMachines(LabPlaces.Of(lab.Name))) cli.Terminal.Out.WriteLine($"(unknown) {unknown}");
        return ExitCode.Good;
    }

    private static int ShowOne(Cli cli, ParseResult line, string name)
    {
        LabDescription lab = cli.Lab(line);
        if (!lab.Machines.TryGetValue(name, out MachineDescription? machine))
        {
            throw new UsageException("SLP7103",
                $"there is no machine '{name}' in {lab.Path} (machines: {string.Join(", ", lab.Machines.Keys)}); name one of these or add it there");
        }
        if (cli.Json(line))
        {
            JsonOutput.Write(cli.Terminal, json => WriteMachine(json, machine));
            return ExitCode.Good;
        }
        TextWriter output = cli.Terminal.Out;
        output.WriteLine($"machine   {machine.Name}");
        output.WriteLine($"mac       {machine.Mac.Spelt()}");
        output.WriteLine($"ip        {machine.Ip?.ToString() ?? "from the dynamic range"}");
        output.WriteLine($"image     {machine.Image ?? "none"}");
        output.WriteLine($"firmware  {Firmware(machine)}");
        output.WriteLine($"loader    {(machine.Loader.Count == 0 ? "the shortest chain" : string.Join(" -> ", machine.Loader.Select(Words.Word)))}");
        output.WriteLine($"tags      {(machine.Tags.Count == 0 ? "none" : string.Join(", ", machine.Tags))}");
        output.WriteLine($"power     {Power(machine)}");
        output.WriteLine($"console   {Console(machine)}");
        output.WriteLine($"declared  {machine.Where}");
        return ExitCode.Good;
    }

    private static void WriteMachine(Utf8JsonWriter json, MachineDescription machine)
    {
        json.WriteStartObject();
        json.WriteString("name", machine.Name);
        json.WriteString("mac", machine.Mac.Spelt());
        json.WriteString("ip", machine.Ip?.ToString());
        json.WriteString("image", machine.Image);
        json.WriteString("firmware", machine.Qemu?.Firmware.Word());
        json.WriteStartArray("loader");
        foreach (LoaderKind loader in machine.Loader) json.WriteStringValue(loader.Word());
        json.WriteEndArray();
        json.WriteStartArray("tags");
        foreach (string tag in machine.Tags) json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString("power", Power(machine));
        json.WriteString("console", Console(machine));
        json.WriteString("declared", machine.Where);
        json.WriteEndObject();
    }

    /// <summary>A real machine's firmware is known only when it asks.</summary>
    private static string Firmware(MachineDescription machine) => machine.Qemu?.Firmware.Word() ?? "-";

    private static string Power(MachineDescription machine) => machine.Power is not null ? "command" : machine.Amt is not null ? "amt" : machine.Qemu is not null ? "qemu" : "none";

    private static string Console(MachineDescription machine) => machine.Console is not null ? "command" : machine.Amt is not null ? "amt" : machine.Qemu is not null ? "qemu" : "none";
}
