using System.Net.NetworkInformation;
using Slipway.LabFile.Runs;
using Slipway.LabFile.Values;

namespace Slipway.LabFile;

/// <summary>Makes a run of command-line flags, with the checks of a run file. Problems are located as the flag: <c>--expect</c>.</summary>
public static class RunFlagsReader
{
    /// <param name="flags">What the command line said.</param>
    /// <param name="lab">The lab whose machines and images the flags name.</param>
    /// <param name="currentDirectory">Absolute; relative paths stand on it.</param>
    /// <param name="environment">Gives an environment variable's value, null when it is not set; only HOME is asked for.</param>
    /// <param name="warnings">Is given what the author should look at; null = nobody wants to know.</param>
    /// <exception cref="LabFileException">Something is wrong; every problem found, warnings included.</exception>
    public static RunDescription Read(
        RunFlags flags, LabDescription lab, string currentDirectory, Func<string, string?> environment, ICollection<FileProblem>? warnings = null) =>
        Read(flags, lab, currentDirectory, new Surroundings(environment, new Disk(), new ProblemList()), warnings);

    /// <summary>Only the image of the flags, for who serves it to anybody: machine and expectations are not asked for.</summary>
    /// <exception cref="LabFileException">Something is wrong with the image.</exception>
    public static ImageDescription ReadImage(RunFlags flags, string currentDirectory, Func<string, string?> environment)
    {
        // The checks of a run, with a machine, a console and an expectation that always hold.
        var anybody = new MachineDescription
        {
            Name = "anybody",
            Mac = new PhysicalAddress([0x02, 0, 0, 0, 0, 1]),
            Console = new CommandConsoleDescription { Command = ["true"] },
        };
        var lab = new LabDescription
        {
            Name = "anybody",
            Path = Path.Combine(currentDirectory, "command line"),
            Network = new NetworkDescription { Interface = "any" },
            Machines = new Dictionary<string, MachineDescription> { [anybody.Name] = anybody },
        };
        return Read(flags with { Machine = anybody.Name, Expect = ["."] }, lab, currentDirectory, environment).InlineImage!;
    }

    /// <summary>The same, from files that need not be on a disk.</summary>
    internal static RunDescription Read(
        RunFlags flags, LabDescription lab, string currentDirectory, Surroundings surroundings, ICollection<FileProblem>? warnings)
    {
        var tree = new FlagTree(flags, currentDirectory, surroundings).Build();
        var run = new RunReader(lab, surroundings, defaultMachine: null).Read(tree);
        surroundings.Problems.ThrowIfErrors();
        foreach (var warning in warnings is null ? [] : surroundings.Problems.ToList()) warnings!.Add(warning);
        return run!;
    }
}
