using System.Reflection;
using System.Text.RegularExpressions;
using Slipway.Amt;
using Slipway.LabFile.Values;

namespace Slipway.Tests.LabFile;

/// <summary>The documentation agrees with the source. Reads the repository it was built from.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_code_in_the_source_has_a_heading_in_the_documentation()
    {
        var root = Repository();
        var used = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(f => Code().Matches(File.ReadAllText(f)).Select(m => m.Value))
            .ToHashSet();

        Assert.Empty(used.Except(Documented(root)).Order());
    }

    [Fact]
    public void Every_documented_code_of_the_lab_file_exists_and_none_twice()
    {
        var codes = typeof(ProblemCode).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (string)f.GetRawConstantValue()!).ToList();

        Assert.Equal(codes.Order(), codes.Distinct().Order());
        Assert.Equal(codes.Order(), Documented(Repository()).Where(c => c.StartsWith("SLP1", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Every_problem_of_amt_has_a_heading_in_the_documentation() =>
        Assert.Equal(Enum.GetValues<AmtProblem>().Select(p => $"SLP{(int)p}").Order(), Documented(Repository()).Where(c => c.StartsWith("SLP3", StringComparison.Ordinal)).Order());

    [Fact]
    public void Every_whole_lab_of_the_reference_is_a_lab_without_errors()
    {
        var text = File.ReadAllText(Path.Combine(Repository(), "docs", "lab-file.md"));

        var labs = YamlBlock().Matches(text).Select(m => m.Groups[1].Value).Where(b => b.StartsWith("lab:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(labs);
        Assert.All(labs, lab => Assert.Empty(Reading.WithoutMissingFiles(Reading.LabProblems(lab))));
    }

    private static IEnumerable<string> Documented(string root) =>
        Heading().Matches(File.ReadAllText(Path.Combine(root, "docs", "errors.md"))).Select(m => m.Groups[1].Value);

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Slipway.slnx"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"\bSLP[0-9]{4}\b")]
    private static partial Regex Code();

    [GeneratedRegex(@"^### (SLP[0-9]{4})\b", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
