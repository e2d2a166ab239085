using System.Text;
using Slipway.LabFile;

namespace Slipway.Tests.LabFile;

/// <summary>Whatever the bytes are: an answer, soon, and never another exception than the one for the author.</summary>
public sealed class HostileFileTests
{
    private const int Mutations = 3000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20); // a busy two-core computer; alone each takes well below 3 s

    public static TheoryData<string, string> Giants => new()
    {
        { "list of a million", "[" + string.Concat(Enumerable.Repeat("a,", 1_000_000)) + "]" },
        { "million machines", "lab: a\nnetwork: { interface: virtual }\nmachines:\n" + string.Concat(Enumerable.Range(0, 150_000).Select(i => $"  m{i}: {{qemu: , image: x}}\n")) },
        { "million unknown keys", string.Concat(Enumerable.Range(0, 190_000).Select(i => $"a{i}: b\n")) },
        { "deep flow", new string('[', 2_000_000) },
        { "deep mappings", string.Concat(Enumerable.Repeat("{a: ", 500_000)) },
        { "deep block", string.Concat(Enumerable.Repeat("- ", 1_000_000)) },
        { "deep keys", string.Concat(Enumerable.Repeat("? ", 1_000_000)) },
        { "one long word", "lab: " + new string('a', 4_000_000) },
        { "one long quote", "lab: \"" + new string('a', 4_000_000) },
        { "one long line of quotes", "lab: " + string.Concat(Enumerable.Repeat("\"a\" ", 500_000)) },
        { "blank lines", new string('\n', 4_000_000) + "x" },
        { "directives", string.Concat(Enumerable.Repeat("%A b\n", 700_000)) },
        { "comments", string.Concat(Enumerable.Repeat("#\n", 2_000_000)) },
        { "documents", string.Concat(Enumerable.Repeat("--- a\n", 190_000)) },
        { "variables", "files: \"" + string.Concat(Enumerable.Repeat("${DIR}", 600_000)) + "\"" },
        { "patterns", "crash: [" + string.Concat(Enumerable.Repeat("'(a|b){900}',", 3000)) + "]" },
        { "tabs", new string('\t', 4_000_000) },
        { "block scalar", "lab: |\n" + string.Concat(Enumerable.Repeat(" a\n", 1_000_000)) },
    };

    [Theory]
    [MemberData(nameof(Giants))]
    public async Task A_giant_is_answered_soon(string name, string text)
    {
        var problems = await Task.Run(() => Reading.LabProblems(text)).WaitAsync(Soon, TimeProvider.System);

        Assert.True(problems.Count is > 0 and <= 101, name);
        Assert.All(problems, p => Assert.True(p.Length < 2000));
    }

    [Fact]
    public void Ten_megabytes_are_refused_unread() =>
        Assert.Equal(["lab.yaml: SLP1003: larger than 4 MiB; this is no lab file or run file"], Reading.LabProblems(new byte[10_000_000]));

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"{(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(',', Enumerable.Repeat("*" + (char)('a' + i - 1), 9))}]\n"));

        Assert.StartsWith("lab.yaml:1:4: SLP1006: ", Assert.Single(Reading.LabProblems(bomb)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_stops_at_a_limit_with_its_place() =>
        Assert.Equal(["lab.yaml:1:38: SLP1007: nested more than 32 deep"], Reading.LabProblems("lab: " + new string('[', 100)));

    [Fact]
    public void More_problems_than_a_person_reads_are_counted()
    {
        var problems = Reading.VirtualLabProblems(string.Concat(Enumerable.Range(0, 150).Select(i => $"bogus{i}: 1\n")));

        Assert.Equal(101, problems.Count);
        Assert.Equal("lab.yaml: SLP1009: 50 more problems are not shown", problems[^1]);
    }

    [Fact]
    public void Wrong_types_everywhere_are_problems_and_nothing_else()
    {
        string[] values = ["", "[]", "{}", "[[]]", "[{}]", "{a: {}}", "1", "~", "''", "[~]", "\"\\0\"", "- - -", "true"];
        string[] keys =
        [
            "lab", "include", "network", "network: { interface", "network: { interface: virtual, address", "network: { interface: virtual, dhcp", "network: { interface: virtual, dhcp: { range",
            "network: { interface: virtual, dhcp: { dns", "images", "images: { k", "images: { k: { kernel", "images: { k: { modules", "images: { k: { loader", "images: { k: { crash", "images: { k: { args",
            "machines", "machines: { m", "machines: { m: { mac", "machines: { m: { qemu", "machines: { m: { qemu: { args", "machines: { m: { qemu: { memory", "machines: { m: { tags",
            "machines: { m: { power", "machines: { m: { power: { driver: command, on", "machines: { m: { power: { driver: command, env", "machines: { m: { console: { driver", "files", "loaders", "crash",
        ];

        foreach (var key in keys)
        foreach (var value in values)
        {
            var text = $"{key}: {value}{string.Concat(key.Where(c => c == '{').Select(_ => " }"))}\n";
            Assert.All(Reading.LabProblems(text), p => Assert.Matches("SLP1[0-9]{3}: ", p));
            Reading.RunProblems(text);
        }
    }

    [Fact]
    public void Random_bytes_and_mutated_files_get_an_answer()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        byte[][] originals = [Encoding.UTF8.GetBytes(Reading.SmallLab), Encoding.UTF8.GetBytes("run: a\nmachine: vm1\nsteps:\n  - { expect: 'x', within: 1s }\n  - send: \"y\\n\"\nretry: { times: 1 }\nimage: { kernel: k, protocol: linux, args: \"${HOME}\" }\n")];

        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(originals[i % originals.Length], random);
            try
            {
                Reading.LabProblems(bytes);
                Reading.RunProblems(Encoding.UTF8.GetString(bytes));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, mutation {i}: {e}\n{Encoding.Latin1.GetString(bytes)}");
            }
        }
    }

    [Fact]
    public void Every_truncation_of_a_lab_file_gets_an_answer()
    {
        for (var length = 0; length < Reading.SmallLab.Length; length++) Reading.LabProblems(Reading.SmallLab[..length]);
    }

    [Theory]
    [InlineData("(((a{100}){100}){100})")]
    [InlineData("(a{1,999999999})")]
    [InlineData("((a{2,50}b){2,50}){2,50}")]
    [InlineData("(?:a{1000}|b){1000}")]
    [InlineData("(a)\\1")]
    [InlineData("(?>a)")]
    [InlineData("a{2147483648}")]
    public void Patterns_that_would_cost_too_much_are_refused(string pattern)
    {
        var defect = ConsolePattern.TryCompile(pattern, out _);

        Assert.NotNull(defect);
    }

    [Fact]
    public void Random_patterns_compile_or_are_refused_in_words()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] parts = ["(", ")", "(?:", "[", "]", "[^", "-", "a", "\\d", "\\", "{2}", "{3,9}", "{1,}", "*", "+?", "|", "^", "$", ".", "(?i)", "(?<n>", "\\k<n>", "(?=", "\\b", "\\p{L}", "\u00e4", "\n"];

        for (var i = 0; i < Mutations; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                if (ConsolePattern.TryCompile(pattern, out var regex) is null) regex!.IsMatch("aaaa 1234 \u00e4");
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, pattern {i} '{pattern}': {e}");
            }
        }
    }

    [Fact]
    public void A_pattern_of_brackets_only_is_answered() => Assert.Null(ConsolePattern.TryCompile(new string('(', 2000) + "a" + new string(')', 2000), out _));

    private static byte[] Mutate(byte[] original, Random random)
    {
        const string interesting = "{}[]:,-?&*!|>'\"%@`#\n\t \r\0$~\u00e4";
        if (random.Next(10) == 0)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = original.ToList();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)interesting[random.Next(interesting.Length)]; break;
                case 1: bytes.Insert(at, (byte)interesting[random.Next(interesting.Length)]); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }
}
