using Slipway.Lab.Consoles;
using Slipway.Lab.Runs;

namespace Slipway.Tests.Lab.Runs;

public sealed class CrashPatternsTests
{
    public static TheoryData<string> Patterns => [.. CrashPatterns.BuiltIn.Select(p => $"{p.System}: {p.Name}")];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Each_pattern_finds_its_example_and_no_pattern_its_near_miss(string name)
    {
        CrashPattern pattern = CrashPatterns.BuiltIn.Single(p => $"{p.System}: {p.Name}" == name);

        Assert.Matches(pattern.Regex, pattern.Example);
        Assert.NotNull(CrashPatterns.Find(pattern.Example));
        Assert.Null(CrashPatterns.Find(pattern.NearMiss));
    }

    [Theory]
    [InlineData("[    0.000000] Command line: console=ttyS0 panic=5 oops=panic")]
    [InlineData("[    0.072000] Kernel command line: BOOT_IMAGE=vmlinuz panic_on_oops=1")]
    [InlineData("(XEN) 'noreboot' set - not rebooting.")]
    [InlineData("[    2.273150]  panic+0x118/0x2f4")]
    [InlineData("Hypervisor NOVA 10-d3bf4e8 (x86_64): Nov 10 2025 10:00:00 [gcc 12.3.0]")]
    [InlineData("mariadb> select 1;")]
    [InlineData("ok 12 - a panic is handled")]
    [InlineData("U-Boot 2023.01+dfsg-2+deb12u1 (Oct 07 2023 - 17:27:59 +0000)")]
    public void Harmless_lines_are_no_crash(string line) => Assert.Null(CrashPatterns.Find(line));

    [Fact]
    public void A_real_boot_has_no_crash_before_its_panic()
    {
        var lines = new List<ConsoleLine>();
        new ConsoleLines().Add(ConsoleCaptures.Read("linux-no-root-panic.raw"), 0, lines);

        ConsoleLine first = lines.First(l => CrashPatterns.Find(l.Text) is not null);

        Assert.Contains("Kernel panic - not syncing: VFS", first.Text, StringComparison.Ordinal);
        Assert.Equal("kernel panic", CrashPatterns.Find(first.Text)!.Name);
    }
}
