using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Labs;

/// <summary>Reads an image, in the lab file or inline in a run.</summary>
internal static class ImageReader
{
    /// <summary>The image; null when kernel or protocol are missing or wrong.</summary>
    public static ImageDescription? Read(YamlNode node, string name, string what, Place place, Surroundings surroundings)
    {
        if (Section.Open(node, what, surroundings) is not { } section) return null;

        var genode = section.NotYet("genode", "Genode run directories are");
        var image = new ImageDescription
        {
            Name = name,
            Kernel = section.ExistingFile("kernel") ?? "",
            Protocol = section.Word("protocol", LegalWords.Protocols) ?? default,
            Args = section.Line("args") ?? "",
            Initrd = section.ExistingFiles("initrd"),
            Modules = Modules(section),
            DeviceTree = section.ExistingFile("devicetree"),
            Loader = section.Words("loader", LegalWords.Loaders),
            CrashPatterns = section.Patterns("crash"),
            Banner = section.Pattern("banner", alarm: true),
            Where = place.ToString(),
        };
        var complete = genode
            || (section.Require("kernel", "say which file to boot")
                & section.Require("protocol", "say how it is booted: linux, multiboot or multiboot2"));
        section.RejectUnknown();
        if (!complete || genode) return null;
        CheckProtocol(image, section);
        return image;
    }

    private static void CheckProtocol(ImageDescription image, Section section)
    {
        var problems = section.Surroundings.Problems;
        var isLinux = image.Protocol == BootProtocol.Linux;
        if (!isLinux && section.Has("initrd"))
            problems.Add(
                section.PlaceOf("initrd"),
                ProblemCode.InitrdOnMultiboot,
                $"{section.What} is {LegalWords.Of(image.Protocol)} and has no 'initrd'; give the file under 'modules'");
        if (!isLinux && section.Has("devicetree"))
            problems.Add(
                section.PlaceOf("devicetree"),
                ProblemCode.DeviceTreeOnMultiboot,
                $"{section.What} is {LegalWords.Of(image.Protocol)}; only a linux image takes a 'devicetree'");
        if (isLinux && section.Has("modules"))
            problems.Add(
                section.PlaceOf("modules"),
                ProblemCode.ModulesOnLinux,
                $"{section.What} is linux and has no 'modules'; give the file under 'initrd'");
        if (image.Loader.Count > 0 && BootRules.LoaderDefect(image.Protocol, image.Loader) is { } defect)
            problems.Add(section.PlaceOf("loader"), ProblemCode.LoaderCannotBoot, $"{section.What}: {defect}");
    }

    private static List<ModuleDescription> Modules(Section section)
    {
        var modules = new List<ModuleDescription>();
        var node = section.Node("modules");
        var items = node switch
        {
            null => [],
            YamlList list => list.Items,
            _ => [node],
        };
        foreach (var item in items)
        {
            if ((item is YamlMap ? FromMapping(item, section) : FromText(item, section)) is { } module) modules.Add(module);
        }

        return modules;
    }

    // "boot/vm.img name=vm": the file up to the first blank, the rest is the string the kernel gets.
    private static ModuleDescription? FromText(YamlNode item, Section section)
    {
        if (item is not YamlScalar { IsNothing: false } scalar)
        {
            section.Surroundings.Problems.Add(
                item.Place,
                ProblemCode.WrongType,
                $"'modules' of {section.What} must be \"file args…\" or {{ file, name, args }}, found {item.Kind}");
            return null;
        }

        if (Expansion.Expand(scalar, section.Surroundings) is not { } text || section.LineOf(scalar, text, "modules") is null) return null;
        var trimmed = text.Trim(' ');
        var blank = trimmed.IndexOf(' ');
        var file = blank < 0 ? trimmed : trimmed[..blank];
        if (section.PathOf(scalar, file, "modules") is not { } path) return null;
        section.WarnIfMissing(scalar, path, "modules", section.Surroundings.Files.FileExists);
        return new ModuleDescription(path, Path.GetFileName(path), blank < 0 ? "" : trimmed[(blank + 1)..].TrimStart(' '));
    }

    private static ModuleDescription? FromMapping(YamlNode item, Section outer)
    {
        if (Section.Open(item, $"a module of {outer.What}", outer.Surroundings) is not { } section) return null;
        var path = section.ExistingFile("file");
        var name = section.Line("name");
        var args = section.Line("args");
        section.Require("file", "say which file the module is");
        section.RejectUnknown();
        return path is null ? null : new ModuleDescription(path, name ?? Path.GetFileName(path), args ?? "");
    }
}
