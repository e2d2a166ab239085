using Slipway.Amt.Inventory;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt inventory</c>: what the machine is made of, as its BIOS told the firmware at the last boot.</summary>
internal static class AmtInventoryVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var verb = new VerbCommand("inventory", "What the machine is made of, as its BIOS said at the last boot")
        {
            Examples = [("slipway amt inventory 192.168.77.20", "board, BIOS, processors, memory, disks, firmware versions")],
            ExitCodes = AmtVerb.ExitCodes,
        };
        options.AddTo(verb);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            AmtInventoryRecord inventory = await new AmtInventory(host.WsMan).ReadAsync(ct);
            var facts = new AmtFacts();
            facts.Add("uuid", inventory.Uuid?.ToString());
            facts.Add("manufacturer", inventory.Manufacturer);
            facts.Add("model", inventory.Model);
            facts.Add("serial", inventory.SerialNumber);
            facts.Add("board", inventory.Board);
            facts.Add("bios", inventory.BiosVersion);
            facts.Add("processors", inventory.Processors);
            facts.Add("memory", inventory.Memory);
            facts.Add("disks", inventory.Disks);
            facts.Add("firmware", inventory.FirmwareVersions.Select(v => $"{v.Key} {v.Value}"));
            facts.Print(cli.Terminal, cli.Json(line));
            return ExitCode.Good;
        });
        return verb;
    }
}
