using Slipway.Storage.Artifacts;

namespace Slipway.Tests.Storage;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("a.xml", "a.xml", true)]
    [InlineData("a.xml", "b/a.xml", false)]
    [InlineData("./a.xml", "a.xml", true)]
    [InlineData("*.xml", "a.xml", true)]
    [InlineData("*.xml", "a.xml.old", false)]
    [InlineData("*.xml", "b/a.xml", false)]
    [InlineData("*", ".hidden", false)]
    [InlineData(".*", ".hidden", true)]
    [InlineData("?.xml", "a.xml", true)]
    [InlineData("?.xml", ".xml", false)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    [InlineData("a*b*c", "abcbc", true)]
    [InlineData("a**c", "abc", true)]
    [InlineData("results/*.xml", "results/a.xml", true)]
    [InlineData("results/*.xml", "results/b/a.xml", false)]
    [InlineData("**/*.xml", "a.xml", true)]
    [InlineData("**/*.xml", "b/c/a.xml", true)]
    [InlineData("**/*.xml", ".git/a.xml", false)]
    [InlineData("b/**", "b/a", true)]
    [InlineData("b/**", "b/.git/a", false)]
    [InlineData("b/**/d/*.log", "b/d/x.log", true)]
    [InlineData("b/**/d/*.log", "b/c/d/d/x.log", true)]
    [InlineData("b/**/d/*.log", "b/c/e/x.log", false)]
    [InlineData("**/x/**/y", "x/x/y", true)]
    [InlineData("**/x/**/y", "a/x/b/c/y", true)]
    [InlineData("**/x/**/y", "a/b/c/y", false)]
    [InlineData("**/.config/*", "a/.config/x", true)]
    public void A_pattern_matches_a_path_as_a_shell_would(string pattern, string path, bool expected)
    {
        Assert.True(GlobPattern.TryParse(pattern, out GlobPattern glob));

        Assert.Equal(expected, glob.Matches(path.Split('/')));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/*")]
    [InlineData("../*")]
    [InlineData("a/../../b")]
    [InlineData(".")]
    public void A_pattern_that_leaves_its_directory_is_refused(string pattern) => Assert.False(GlobPattern.TryParse(pattern, out _));

    [Theory]
    [InlineData("results/*.xml", "results", true)]
    [InlineData("results/*.xml", "src", false)]
    [InlineData("results/*.xml", "results/old", false)]
    [InlineData("**/*.xml", "a/b/c", true)]
    [InlineData("a/*/c/**", "a/b/c", true)]
    public void Only_directories_a_pattern_reaches_are_walked(string pattern, string directory, bool expected)
    {
        Assert.True(GlobPattern.TryParse(pattern, out GlobPattern glob));

        Assert.Equal(expected, glob.ReachesBelow(directory.Split('/')));
    }

    [Fact]
    public void A_pattern_agrees_with_the_plain_recursive_definition()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] partPatterns = ["**", "*", "a", "a*", "*b", "?", "a*b*", ".*", ".h"];
        string[] names = ["a", "b", "ab", "aab", "ba", ".h", ".hh"];
        for (int round = 0; round < 20_000; round++)
        {
            string[] parts = random.GetItems(partPatterns, random.Next(1, 6));
            string[] path = random.GetItems(names, random.Next(1, 7));
            Assert.True(GlobPattern.TryParse(string.Join('/', parts), out GlobPattern glob));

            Assert.True(Plain(parts, path) == glob.Matches(path), $"seed {seed}: {string.Join('/', parts)} on {string.Join('/', path)}");
        }

        static bool Plain(ReadOnlySpan<string> parts, ReadOnlySpan<string> path) =>
            parts.IsEmpty ? path.IsEmpty
            : parts[0] == "**" ? Plain(parts[1..], path) || (!path.IsEmpty && path[0][0] != '.' && Plain(parts, path[1..]))
            : !path.IsEmpty && (path[0][0] != '.' || parts[0][0] == '.') && PlainPart(parts[0], path[0]) && Plain(parts[1..], path[1..]);

        static bool PlainPart(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name) =>
            pattern.IsEmpty ? name.IsEmpty
            : pattern[0] == '*' ? PlainPart(pattern[1..], name) || (!name.IsEmpty && PlainPart(pattern, name[1..]))
            : !name.IsEmpty && (pattern[0] == '?' || pattern[0] == name[0]) && PlainPart(pattern[1..], name[1..]);
    }
}
