using Slipway.LabFile.Values;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Runs;

/// <summary>Reads <c>steps:</c> of a run.</summary>
internal sealed class StepsReader(Section run)
{
    private static readonly TimeSpan LeastWithin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostWithin = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultWithin = TimeSpan.FromSeconds(60);

    public IReadOnlyList<RunStep> Read()
    {
        var problems = run.Surroundings.Problems;
        if (run.Node("steps") is not { } node) return [];
        if (node is not YamlList list)
        {
            problems.Add(node.Place, ProblemCode.WrongType, $"'steps' of {run.What} must be a list, found {node.Kind}");
            return [];
        }

        return [.. list.Items.Select((item, index) => Step(item, index + 1)).OfType<RunStep>()];
    }

    private RunStep? Step(YamlNode node, int number)
    {
        if (Section.Open(node, $"step {number}", run.Surroundings) is not { } section) return null;
        var (expects, sends) = (section.Has("expect"), section.Has("send"));
        if (expects == sends)
        {
            run.Surroundings.Problems.Add(
                section.Place,
                ProblemCode.BadStep,
                $"step {number} has {(expects ? "both" : "neither")} 'expect' {(expects ? "and" : "nor")} 'send': each step does one "
                    + "of them");
            return null;
        }

        RunStep? step;
        if (expects)
        {
            var within = section.Duration("within", LeastWithin, MostWithin) ?? DefaultWithin;
            step = section.Pattern("expect", alarm: true) is { } pattern ? new ExpectStep(pattern, within) : null;
        }
        else
        {
            var reboots = section.Boolean("reboots") ?? false;
            step = section.Text("send") is { } text ? new SendStep(text, reboots) : null;
        }

        section.RejectUnknown();
        return step;
    }
}
