using System.Text;
using Slipway.LabFile;
using Slipway.LabFile.Values;

namespace Slipway.Tests.LabFile;

/// <summary>Reads texts as lab and run files, and shows what was said about them.</summary>
internal static class Reading
{
    public const string SmallLab = """
        lab: desk
        network: { interface: virtual }
        images:
          nautilus: { kernel: nautilus.bin, protocol: multiboot2 }
          linux: { kernel: bzImage, protocol: linux }
          bare: { kernel: bare.bin, protocol: multiboot }
        machines:
          vm1: { qemu: { firmware: bios }, image: nautilus, tags: [x86, fast] }
          arm: { qemu: { firmware: uboot }, tags: [arm] }
          hand: { mac: 00:1b:21:41:cf:4c, tags: [x86, real] }

        """;

    public static readonly Dictionary<string, string> Environment = new() { ["HOME"] = "/home/ada", ["SECRET_WORD"] = "hunter2", ["DIR"] = "built", ["IPMI_PASSWORD"] = "hunter3" };

    public static LabFileResult Lab(string text, MemoryFiles? files = null) =>
        LabFileReader.Read("lab.yaml", MemoryFiles.Directory, name => Environment.GetValueOrDefault(name), (files ?? new MemoryFiles()).With("lab.yaml", text));

    /// <summary>Everything said about a lab file, errors and warnings, one line each.</summary>
    public static IReadOnlyList<string> LabProblems(string text, MemoryFiles? files = null) => LabProblems(Encoding.UTF8.GetBytes(text), files);

    public static IReadOnlyList<string> LabProblems(byte[] bytes, MemoryFiles? files = null)
    {
        try
        {
            return [.. LabFileReader.Read(
                "lab.yaml", MemoryFiles.Directory, name => Environment.GetValueOrDefault(name), (files ?? new MemoryFiles()).With("lab.yaml", bytes)).Warnings.Select(p => p.ToString())];
        }
        catch (LabFileException e)
        {
            return [.. e.Problems.Select(p => p.ToString())];
        }
    }

    /// <summary>The problems of a lab whose machines and images follow a virtual network; line 1 of the text is line 3 of the file.</summary>
    public static IReadOnlyList<string> VirtualLabProblems(string text, MemoryFiles? files = null) =>
        WithoutMissingFiles(LabProblems("lab: desk\nnetwork: { interface: virtual }\n" + text, files));

    public static IReadOnlyList<string> WithoutMissingFiles(IReadOnlyList<string> problems) =>
        [.. problems.Where(p => !p.Contains("SLP1208", StringComparison.Ordinal))];

    public static IReadOnlyList<RunDescription> Runs(string text, string? defaultMachine = null, ICollection<FileProblem>? warnings = null) =>
        RunFileReader.Read("t.run.yaml", MemoryFiles.Directory, Lab(SmallLab).Lab, Around(new MemoryFiles().With("t.run.yaml", text)), defaultMachine, warnings);

    public static IReadOnlyList<string> RunProblems(string text, string? defaultMachine = null)
    {
        var warnings = new List<FileProblem>();
        try
        {
            Runs(text, defaultMachine, warnings);
            return [.. warnings.Select(p => p.ToString())];
        }
        catch (LabFileException e)
        {
            return [.. e.Problems.Select(p => p.ToString())];
        }
    }

    public static RunDescription Flags(RunFlags flags, MemoryFiles? files = null) =>
        RunFlagsReader.Read(flags, Lab(SmallLab).Lab, MemoryFiles.Directory, Around(files ?? new MemoryFiles()), warnings: null);

    public static IReadOnlyList<string> FlagProblems(RunFlags flags, MemoryFiles? files = null)
    {
        try
        {
            Flags(flags, files);
            return [];
        }
        catch (LabFileException e)
        {
            return WithoutMissingFiles([.. e.Problems.Select(p => p.ToString())]);
        }
    }

    private static Surroundings Around(MemoryFiles files) => new(name => Environment.GetValueOrDefault(name), files, new ProblemList());
}
