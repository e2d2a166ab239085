using Slipway.LabFile.Labs;
using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Runs;

/// <summary>Reads the runs of one suite, against the lab.</summary>
internal sealed class RunReader(LabDescription lab, Surroundings surroundings, string? defaultMachine)
{
    private const int MostRetries = 10;

    private static readonly TimeSpan LeastDeadline = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostDeadline = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultBuildTimeout = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan DefaultWithin = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Place> _names = new(StringComparer.Ordinal);

    /// <summary>One run; null after a problem was reported that leaves none.</summary>
    public RunDescription? Read(YamlNode document)
    {
        if (Section.Open(document, "the run", surroundings) is not { } section) return null;

        var name = Name(section);
        var candidates = Machines(section, out var machine, out var needs);
        var (imageName, inline, imageKnown) = Image(section, name ?? "run");
        if (imageKnown) CheckBootable(section, candidates, imageName is null ? inline : lab.Images[imageName]);

        var steps = new StepsReader(section).Read();
        var run = new RunDescription
        {
            Name = name ?? "",
            Machine = machine,
            Needs = needs,
            Image = imageName,
            InlineImage = inline,
            Build = section.Inner("build", $"'build' of {section.What}") is { } build ? Build(build) : null,
            Steps = steps,
            Silence = section.Duration("silence", LeastDeadline, MostDeadline),
            Within = Within(section, steps),
            Crash = section.Patterns("crash"),
            Fail = section.Patterns("fail"),
            Reports = section.Word("reports", RunWords.Reports) ?? ReportKind.Auto,
            RetryOnLabFault = section.Inner("retry", $"'retry' of {section.What}") is { } retry ? Retry(retry) : 0,
            After = section.Word("after", RunWords.After) ?? AfterRun.Off,
            Artifacts = Artifacts(section),
            Directory = document.Place.File.Directory,
        };
        CheckExpectations(section, run, candidates);
        section.RejectUnknown();
        return run;
    }

    private string? Name(Section section)
    {
        section.Require("run", "give the run a name, such as 'run: smoke'");
        if (section.Scalar("run") is not var (scalar, text) || !Section.CheckName(scalar, text, "run", surroundings)) return null;
        if (!_names.TryAdd(text, scalar.Place))
            surroundings.Problems.Add(
                scalar.Place,
                ProblemCode.RunTwice,
                $"a run named {Quoting.Quote(scalar)} is in this file already (at {_names[text]})");
        return text;
    }

    /// <summary>The machines the run may get; null when what it says of them is wrong.</summary>
    private List<MachineDescription>? Machines(Section section, out string? machine, out IReadOnlyList<string> needs)
    {
        needs = section.Texts("needs");
        var named = section.Scalar("machine");
        machine = named?.Text;
        if (section.Has("machine") && section.Has("needs"))
        {
            surroundings.Problems.Add(
                section.PlaceOf("needs"),
                ProblemCode.MachineOrNeeds,
                $"{section.What} has both 'machine' and 'needs'; one of them decides");
            return null;
        }

        if (section.Has("needs")) return WithTags(section, needs);
        if (named is var (scalar, text)) return ByName(scalar.Place, text, scalar.Source);
        if (section.Has("machine")) return null;
        if (defaultMachine is not null)
        {
            machine = defaultMachine;
            return ByName(section.Place, defaultMachine, defaultMachine);
        }

        surroundings.Problems.Add(
            section.Place,
            ProblemCode.MachineOrNeeds,
            () => $"{section.What} says neither 'machine' nor 'needs' (tags); the lab has: "
                + $"{string.Join(", ", lab.Machines.Keys.Take(10).DefaultIfEmpty("no machine"))}");
        return null;
    }

    private List<MachineDescription>? ByName(Place place, string name, string source)
    {
        if (lab.Machines.TryGetValue(name, out var machine)) return [machine];
        surroundings.Problems.Add(
            place,
            ProblemCode.UnknownMachine,
            () => $"the lab '{lab.Name}' has no machine "
                + $"'{Quoting.Shorten(source)}'{NearestWord.Hint(source, lab.Machines.Keys, "declared")}");
        return null;
    }

    private List<MachineDescription>? WithTags(Section section, IReadOnlyList<string> tags)
    {
        var place = section.PlaceOf("needs");
        if (tags.Count == 0)
        {
            surroundings.Problems.Add(place, ProblemCode.MachineOrNeeds, $"'needs' of {section.What} has no tags");
            return null;
        }

        var having = lab.Machines.Values.Where(m => tags.All(m.Tags.Contains)).ToList();
        if (having.Count > 0) return having;
        var known = lab.Machines.Values.SelectMany(m => m.Tags).ToHashSet(StringComparer.Ordinal);
        var unknown = tags.FirstOrDefault(t => !known.Contains(t));
        surroundings.Problems.Add(
            place,
            ProblemCode.NoMachineHasTags,
            () => unknown is null
                ? $"no machine of the lab '{lab.Name}' has all the tags that {section.What} needs, though each is on some machine"
                : $"no machine of the lab '{lab.Name}' has the tag '{Quoting.Shorten(unknown)}'{NearestWord.Hint(unknown, known, "tags")}");
        return null;
    }

    private (string? Name, ImageDescription? Inline, bool Known) Image(Section section, string runName)
    {
        if (section.Node("image") is YamlMap map)
        {
            var inline = ImageReader.Read(map, runName, $"the image of {section.What}", map.Place, surroundings);
            return (null, inline, inline is not null);
        }

        if (section.Scalar("image") is not var (scalar, name)) return (null, null, !section.Has("image"));
        if (lab.Images.ContainsKey(name)) return (name, null, true);
        surroundings.Problems.Add(
            scalar.Place,
            ProblemCode.UnknownImage,
            () => $"{section.What} names image {Quoting.Quote(scalar)}, which is not "
                + $"declared{NearestWord.Hint(scalar.Source, lab.Images.Keys, "declared")}");
        return (null, null, false);
    }

    // Without an image of its own the run boots whatever the machine boots, which the lab file has checked.
    private void CheckBootable(Section section, List<MachineDescription>? candidates, ImageDescription? image)
    {
        if (candidates is null) return;
        if (image is null)
        {
            if (!candidates.Exists(m => m.Image is not null))
                surroundings.Problems.Add(
                    section.Place,
                    ProblemCode.NoImage,
                    $"{section.What} has no 'image', and {Describe(candidates)} has none of its own");
        }
        else if (candidates.TrueForAll(m => BootRules.MachineDefect(m, image) is not null))
        {
            surroundings.Problems.Add(
                section.PlaceOf("image"),
                ProblemCode.MachineCannotBoot,
                $"{Describe(candidates)} cannot boot image '{image.Name}': {BootRules.MachineDefect(candidates[0], image)}");
        }
    }

    private void CheckExpectations(Section section, RunDescription run, List<MachineDescription>? candidates)
    {
        // What is written counts, not what was understood: a wrong 'expect' has been reported already.
        var wantsReports = section.Has("reports") && run.Reports != ReportKind.None;
        var expects = section.Node("steps") is { } steps
            && (steps is not YamlList list || list.Items.OfType<YamlMap>().SelectMany(m => m.Entries).Any(e => e.Key.Source == "expect"));
        if (!wantsReports && !expects)
        {
            surroundings.Problems.Add(
                section.Place,
                ProblemCode.NothingExpected,
                $"nothing is expected of {section.What}, so it could never pass: give 'steps' with an 'expect' (--expect), or "
                    + "'reports' (--reports)");
        }

        if (candidates is not null && candidates.TrueForAll(m => m.Qemu is null && m.Amt is null && m.Console is null))
            surroundings.Problems.Add(
                section.PlaceOf("machine"),
                ProblemCode.NoConsole,
                $"{Describe(candidates)} has no console, so nothing can be seen of {section.What}; give the machine a 'console' in "
                    + "the lab file");
    }

    private static BuildDescription? Build(Section section)
    {
        var command = section.Text("command");
        section.Require("command", "the build is a shell line, such as 'make -j8'");
        var directory = section.Directory("dir") ?? section.Place.File.Directory;
        var timeout = section.Duration("timeout", TimeSpan.FromSeconds(1), MostDeadline) ?? DefaultBuildTimeout;
        if (command is not null && (string.IsNullOrWhiteSpace(command) || command.Contains('\0')))
            section.Surroundings.Problems.Add(
                section.PlaceOf("command"),
                ProblemCode.BadCommand,
                $"'command' of {section.What} is no shell line");
        section.RejectUnknown();
        return command is null ? null : new BuildDescription(command, directory, timeout);
    }

    private static TimeSpan Within(Section section, IReadOnlyList<RunStep> steps)
    {
        var expects = steps.OfType<ExpectStep>().ToList();
        if (section.Duration("within", LeastDeadline, MostDeadline) is not { } within)
        {
            // A run must not end before its last step may.
            var sum = expects.Aggregate(TimeSpan.Zero, (total, step) => total + step.Within);
            return sum > DefaultWithin ? sum : DefaultWithin;
        }

        if (expects.Find(step => step.Within > within) is { } longer)
        {
            section.Surroundings.Problems.Warn(
                section.PlaceOf("within"),
                ProblemCode.StepOutlivesRun,
                $"{section.What} ends after {Units.Show(within)}, before the {Units.Show(longer.Within)} that one of its steps has");
        }

        return within;
    }

    private static int Retry(Section section)
    {
        section.Word("on", RunWords.RetryCauses);
        var times = section.Number("times", 0, MostRetries) ?? 1;
        section.RejectUnknown();
        return times;
    }

    private List<string> Artifacts(Section section)
    {
        var patterns = new List<string>();
        foreach (var scalar in section.Scalars("artifacts"))
        {
            if (Expansion.Expand(scalar, surroundings) is not { } text || section.LineOf(scalar, text, "artifacts") is null) continue;
            if (text.Length == 0 || text[0] is '/' or '~' || text.Split('/').Contains(".."))
                surroundings.Problems.Add(
                    scalar.Place,
                    ProblemCode.ArtifactOutside,
                    $"'artifacts' of {section.What} stay below the run's directory: {Quoting.Quote(scalar)} is empty, absolute or has "
                        + "'..'");
            else
                patterns.Add(text);
        }

        return patterns;
    }

    private static string Describe(List<MachineDescription> candidates) =>
        candidates.Count == 1 ? $"machine '{candidates[0].Name}'" : $"every machine that fits ({string.Join(", ", candidates.Take(5).Select(m => m.Name))})";
}
