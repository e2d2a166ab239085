using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Joins the files of a lab into one description and checks it as a whole.</summary>
internal static class LabReader
{
    /// <summary>The lab; null when so much is wrong that there is none. Problems are reported either way.</summary>
    public static LabDescription? Read(string path, LabParts parts, Surroundings surroundings)
    {
        if (parts.Files.Count == 0) return null;

        var name = SingleName(parts, surroundings);
        var network = Single(parts, "network", surroundings) is { } networkNode
            ? NetworkReader.Read(networkNode, surroundings)
            : MissingNetwork(parts, surroundings);

        var images = new Dictionary<string, ReadImage>(StringComparer.Ordinal);
        foreach (var (key, node) in Named(parts, "images", "image", surroundings))
        {
            var image = ImageReader.Read(node, key.Source, $"image '{key.Source}'", key.Place, surroundings);
            images[key.Source] = new ReadImage(key.Source, key.Place, image);
        }

        var machines = new Dictionary<string, ReadMachine>(StringComparer.Ordinal);
        foreach (var (key, node) in Named(parts, "machines", "machine", surroundings))
        {
            if (MachineReader.Read(key, node, name ?? "", surroundings) is { } machine) machines[key.Source] = machine;
        }

        var lab = new LabDescription
        {
            Name = name ?? "",
            Path = path,
            Network = network ?? new NetworkDescription { Interface = "" },
            Images = images.Values.Where(i => i.Image is not null).ToDictionary(i => i.Name, i => i.Image!),
            Machines = machines.ToDictionary(m => m.Key, m => m.Value.Machine),
            Files = [.. parts.Files.SelectMany(f => f.ExistingDirectories("files"))],
            LoaderDirectories = [.. parts.Files.SelectMany(f => f.ExistingDirectories("loaders"))],
            CrashPatterns = [.. parts.Files.SelectMany(f => f.Patterns("crash"))],
        };

        foreach (var file in parts.Files) file.RejectUnknown();
        new LabChecks(network, images, machines, parts.AllRead, surroundings.Problems).Run();
        return lab;
    }

    private static string? SingleName(LabParts parts, Surroundings surroundings)
    {
        if (Single(parts, "lab", surroundings) is not { } node)
        {
            if (parts.AllRead) parts.Files[0].Require("lab", "give the lab a name, such as 'lab: desk'");
            return null;
        }

        if (node is not YamlScalar { IsNothing: false } scalar)
        {
            surroundings.Problems.Add(
                node.Place,
                ProblemCode.WrongType,
                $"'lab' of the lab file must be a single value, found {node.Kind}");
            return null;
        }

        return Expansion.Expand(scalar, surroundings) is { } text && Section.CheckName(scalar, text, "lab", surroundings) ? text : null;
    }

    private static NetworkDescription? MissingNetwork(LabParts parts, Surroundings surroundings)
    {
        if (parts.AllRead)
        {
            surroundings.Problems.Add(
                parts.Files[0].Place,
                ProblemCode.NoInterface,
                "the lab file has no 'network: { interface: … }': " + NetworkReader.InterfaceAdvice);
        }

        return null;
    }

    // A key that may stand in one of the files only.
    private static YamlNode? Single(LabParts parts, string key, Surroundings surroundings)
    {
        YamlNode? first = null;
        foreach (var file in parts.Files)
        {
            if (file.Node(key) is not { } node) continue;
            if (first is null) first = node;
            else surroundings.Problems.Add(
                node.Place,
                ProblemCode.DeclaredTwice,
                $"'{key}' is said a second time (first at {first.Place})");
        }

        return first;
    }

    // The entries of a mapping from names, joined over all files; each name once.
    private static List<(YamlScalar Key, YamlNode Value)> Named(LabParts parts, string key, string kind, Surroundings surroundings)
    {
        var entries = new Dictionary<string, (YamlScalar Key, YamlNode Value)>(StringComparer.Ordinal);
        foreach (var (name, value) in parts.Files.SelectMany(f => f.Inner(key, $"'{key}'")?.Entries ?? []))
        {
            if (!Section.CheckName(name, name.Source, kind, surroundings)) continue;
            if (!entries.TryAdd(name.Source, (name, value)))
            {
                surroundings.Problems.Add(
                    name.Place,
                    ProblemCode.DeclaredTwice,
                    $"{kind} '{name.Source}' is declared a second time (first at {entries[name.Source].Key.Place})");
            }
        }

        return [.. entries.Values];
    }
}

/// <summary>An image as declared; <see cref="Image"/> is null when its description is wrong.</summary>
internal sealed record ReadImage(string Name, Place Place, ImageDescription? Image);

/// <summary>A machine with the places that whole-lab checks talk about.</summary>
internal sealed record ReadMachine(MachineDescription Machine, Place Place, Place MacPlace, Place IpPlace, Place ImagePlace)
{
    /// <summary>The MAC stands in the file and was not made up from the name or the firmware.</summary>
    public required bool MacIsGiven { get; init; }

    /// <summary>The image's name as the file has it, variables not replaced; for messages.</summary>
    public required string ImageSource { get; init; }

    /// <summary>False when its MAC was given but is wrong, so that it says nothing about duplicates.</summary>
    public required bool MacIsKnown { get; init; }
}
