using Slipway.LabFile.Labs;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Runs;

/// <summary>Flags → the tree a run file with the same meaning would give, so that one reader checks both.</summary>
internal sealed class FlagTree(RunFlags flags, string currentDirectory, Surroundings surroundings)
{
    private const string DefaultName = "run";

    public YamlMap Build()
    {
        var run = new List<KeyValuePair<YamlScalar, YamlNode>>();
        Add(run, "run", flags.Name is null ? Scalar("--name", MadeUpName()) : Scalar("--name", flags.Name));
        Add(run, "machine", Scalar("--machine", flags.Machine));
        Add(run, "needs", List("--needs", flags.Needs));
        Add(run, "image", Image());
        Add(run, "steps", Steps());
        Add(run, "within", flags.Expect.Count == 0 ? Scalar("--within", flags.Within) : null);
        Add(run, "silence", Scalar("--silence", flags.Silence));
        Add(run, "crash", List("--crash", flags.Crash));
        Add(run, "fail", List("--fail", flags.Fail));
        Add(run, "after", Scalar("--after", flags.After));
        Add(run, "reports", Scalar("--reports", flags.Reports));
        Add(run, "artifacts", List("--artifact", flags.Artifacts));
        if (Scalar("--retry", flags.Retry) is { } times) Add(run, "retry", Map("--retry", ("times", times)));
        return new YamlMap(At("command line"), run);
    }

    private YamlNode? Image()
    {
        var kernelOnly = new (string Flag, string Key, YamlNode? Node)[]
        {
            ("--protocol", "protocol", Scalar("--protocol", flags.Protocol)),
            ("--args", "args", Scalar("--args", flags.Args)),
            ("--initrd", "initrd", List("--initrd", flags.Initrd)),
            ("--module", "modules", List("--module", flags.Modules)),
            ("--devicetree", "devicetree", Scalar("--devicetree", flags.DeviceTree)),
            ("--loader", "loader", List("--loader", flags.Loader)),
        };
        if (flags.Kernel is null)
        {
            foreach (var (flag, _, _) in kernelOnly.Where(k => k.Node is not null))
                surroundings.Problems.Add(
                    At(flag),
                    ProblemCode.ImageAndKernel,
                    $"{flag} belongs to --kernel; an image of the lab file has its own");
            return Scalar("--image", flags.Image);
        }

        if (flags.Image is not null)
        {
            surroundings.Problems.Add(
                At("--image"),
                ProblemCode.ImageAndKernel,
                "give --image or --kernel, not both");
        }
        var entries = kernelOnly.Where(k => k.Node is not null).Select(k => (k.Key, k.Node!)).Prepend(("kernel", Scalar("--kernel", flags.Kernel)!));
        if (flags.Protocol is null) entries = entries.Append(("protocol", Scalar("--protocol", GuessProtocol(flags.Kernel))!));
        return Map("--kernel", [.. entries]);
    }

    // Falls back on a word that lets the other checks go on; the problem has been reported.
    private string GuessProtocol(string kernel)
    {
        const string fallback = "linux";
        try
        {
            // A leading ~/ is the reader's business; here it only decides which file is looked into.
            var home = surroundings.Environment("HOME");
            var path = kernel.StartsWith("~/", StringComparison.Ordinal) && home is not null ? Path.Combine(home, kernel[2..]) : kernel;
            if (path.Length == 0 || path.Contains('\0')) return fallback;
            var head = surroundings.Files.ReadUpTo(Path.GetFullPath(path, currentDirectory), KernelProbe.HeadBytes);
            if (KernelProbe.Guess(head) is { } protocol) return LegalWords.Of(protocol);
            Refuse("its content is no Linux kernel and has no Multiboot header");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse($"it cannot be read ({FileFailure.Reason(e)})");
        }

        return fallback;

        void Refuse(string why) =>
            surroundings.Problems.Add(
                At("--kernel"),
                ProblemCode.UnknownProtocol,
                $"how '{Quoting.Shorten(kernel)}' is booted cannot be told from the file: {why}; say --protocol linux, multiboot or "
                    + "multiboot2");
    }

    private YamlList? Steps() =>
        flags.Expect.Count == 0
            ? null
            : new YamlList(At("--expect"), [.. flags.Expect.Select(pattern => Scalar("--within", flags.Within) is { } within
                ? Map("--expect", ("expect", Scalar("--expect", pattern)!), ("within", within))
                : Map("--expect", ("expect", Scalar("--expect", pattern)!)))]);

    private string MadeUpName()
    {
        var from = flags.Kernel is { } kernel ? Path.GetFileName(kernel) : flags.Image ?? flags.Machine ?? DefaultName;
        const int longest = 63;
        var name = string.Concat(from.Take(longest).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return Section.IsName(name) ? name : DefaultName;
    }

    private static void Add(List<KeyValuePair<YamlScalar, YamlNode>> entries, string key, YamlNode? value)
    {
        if (value is not null) entries.Add(new(new YamlScalar(value.Place, key, YamlScalarStyle.Flag), value));
    }

    private YamlMap Map(string flag, params (string Key, YamlNode Value)[] entries)
    {
        var list = new List<KeyValuePair<YamlScalar, YamlNode>>();
        foreach (var (key, value) in entries) Add(list, key, value);
        return new YamlMap(At(flag), list);
    }

    private YamlScalar? Scalar(string flag, string? text) => text is null ? null : new YamlScalar(At(flag), text, YamlScalarStyle.Flag);

    private YamlList? List(string flag, IReadOnlyList<string> texts) =>
        texts.Count == 0 ? null : new YamlList(At(flag), [.. texts.Select(text => Scalar(flag, text)!)]);

    private Place At(string flag) => new(new SourceFile(flag, currentDirectory), 0, 0);
}
