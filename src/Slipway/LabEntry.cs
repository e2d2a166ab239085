using System.CommandLine;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway;

/// <summary>The way into a lab for the verbs that touch it.</summary>
internal static class LabEntry
{
    /// <summary>Enters the lab's network (a lab with a virtual one continues as the same process inside its namespace) and gives the host.</summary>
    /// <remarks>Called before anything is started: what this process has done by then happens twice.</remarks>
    public static LabHost Enter(Cli cli, LabDescription lab)
    {
        LabPlaces places = LabPlaces.Of(lab.Name);
        cli.Terminal.Out.Flush();
        LabHost.EnterNetwork(lab, places);
        return new LabHost(lab, places, cli.Time);
    }

    /// <summary>The lab without its network: enough to look at machines and switch them off.</summary>
    public static LabHost Look(Cli cli, LabDescription lab) => new(lab, LabPlaces.Of(lab.Name), cli.Time);

    /// <summary>The machine named, by word or by <c>$SLIPWAY_MACHINE</c>.</summary>
    public static MachineDescription Machine(Cli cli, LabDescription lab, string? name)
    {
        name ??= cli.Environment("SLIPWAY_MACHINE");
        string there = string.Join(", ", lab.Machines.Keys);
        if (string.IsNullOrEmpty(name))
        {
            if (lab.Machines.Count == 1) return lab.Machines.Values.First();
            throw new UsageException("SLP7104", $"which machine? name one (machines: {there}) or set SLIPWAY_MACHINE");
        }
        return lab.Machines.TryGetValue(name, out MachineDescription? machine)
            ? machine
            : throw new UsageException("SLP7103", $"there is no machine '{name}' in {lab.Path} (machines: {there}); name one of these or add it there");
    }

    /// <summary>An argument that names a machine, completed from the lab file.</summary>
    public static Argument<string?> MachineArgument(Cli cli)
    {
        var machine = new Argument<string?>("MACHINE") { Description = "A machine of the lab; default: $SLIPWAY_MACHINE, or the only one", Arity = ArgumentArity.ZeroOrOne };
        cli.Completes(machine, _ => cli.LoadLab(null).Machines.Keys);
        return machine;
    }

    /// <summary>The image named, or the machine's own.</summary>
    public static ImageDescription Image(LabDescription lab, MachineDescription machine, string? name)
    {
        name ??= machine.Image;
        if (name is null)
            throw new UsageException("SLP7105", $"machine '{machine.Name}' has no image; name one with --image (images: {string.Join(", ", lab.Images.Keys)})");
        return lab.Images.TryGetValue(name, out ImageDescription? image)
            ? image
            : throw new UsageException("SLP7106", $"there is no image '{name}' in {lab.Path} (images: {string.Join(", ", lab.Images.Keys)}); name one of these or add it there");
    }
}
