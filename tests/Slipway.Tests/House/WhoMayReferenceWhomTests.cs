using System.Xml.Linq;

namespace Slipway.Tests.House;

/// <summary>The house plan as a table. To change the house, change the table in the same commit, with an ADR.</summary>
public sealed class WhoMayReferenceWhomTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Slipway.Netboot"] = [],
        ["Slipway.Amt"] = [],
        ["Slipway.LabFile"] = [],
        ["Slipway.Sim"] = [],
        ["Slipway.Lab"] = ["Slipway.LabFile"],
        ["Slipway.Storage"] = ["Slipway.Lab"],
        ["Slipway.Drivers"] = ["Slipway.Lab", "Slipway.Netboot", "Slipway.Amt"],
        ["Slipway.Server"] = ["Slipway.Lab", "Slipway.Drivers", "Slipway.Storage"],
        ["Slipway"] = ["Slipway.LabFile", "Slipway.Server", "Slipway.Amt", "Slipway.Sim"],
    };

    [Fact]
    public void Every_project_references_what_the_table_allows_and_nothing_else()
    {
        string source = Path.Combine(RepositoryRoot(), "src");

        var found = Directory.GetFiles(source, "*.csproj", SearchOption.AllDirectories).ToDictionary(
            project => Path.GetFileNameWithoutExtension(project),
            project => XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Order().ToArray());

        Assert.Equal(Allowed.Keys.Order(), found.Keys.Order());
        foreach ((string project, string[] references) in found)
            Assert.Equal(Allowed[project].Order(), references);
    }

    [Fact]
    public void Namespaces_equal_their_folders()
    {
        string source = Path.Combine(RepositoryRoot(), "src");
        var wrong = new List<string>();

        foreach (string file in Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, file);
            if (relative.Split('/') is var parts && (parts.Contains("obj") || parts.Contains("bin"))) continue;
            string expected = string.Join('.', parts[..^1]);
            string? declared = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is not null && declared != $"namespace {expected};") wrong.Add($"{relative}: {declared}");
        }

        Assert.Empty(wrong);
    }

    internal static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Slipway.slnx"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
