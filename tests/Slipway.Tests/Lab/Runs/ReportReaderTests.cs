using Slipway.Lab.Consoles;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;

namespace Slipway.Tests.Lab.Runs;

public sealed class ReportReaderTests
{
    [Fact]
    public void TAP_with_a_plan_in_front_ends_when_the_plan_is_fulfilled()
    {
        ReportReader reader = Read("TAP version 13", "1..3", "ok 1 - a", "noise", "not ok 2 - b", "  ---", "  message: broken", "  ...", "ok 3 - c # SKIP no disk");

        Assert.True(reader.HasEnded);
        Assert.Equal([("a", TestOutcome.Passed), ("b", TestOutcome.Failed), ("c", TestOutcome.Skipped)], Cases(reader));
    }

    [Fact]
    public void TAP_with_a_plan_at_the_end_is_under_way_until_it_comes()
    {
        ReportReader reader = Read("TAP version 14", "ok 1 - a", "ok 2 - b");
        Assert.True(reader.IsUnderWay);

        reader.Add(new ConsoleLine("1..2", 0));

        Assert.True(reader.HasEnded);
    }

    [Fact]
    public void A_todo_that_fails_is_no_failure()
    {
        Assert.Equal([("later", TestOutcome.Skipped)], Cases(Read("1..1", "not ok 1 - later # TODO not yet")));
    }

    [Fact]
    public void A_bail_out_is_a_failure_and_the_end()
    {
        ReportReader reader = Read("TAP version 13", "1..5", "ok 1", "Bail out! no memory");

        Assert.True(reader.HasEnded);
        Assert.Contains(reader.Tests, t => t.Outcome == TestOutcome.Failed && t.Detail == "no memory");
    }

    [Fact]
    public void KTAP_is_read_through_printk_time_stamps_with_its_nested_tests()
    {
        ReportReader reader = Read(
            "[    1.000001] KTAP version 1",
            "[    1.000002] 1..1",
            "[    1.000003]     KTAP version 1",
            "[    1.000004]     # Subtest: example",
            "[    1.000005]     1..2",
            "[    1.000006]     ok 1 first",
            "[    1.000007]     not ok 2 second",
            "[    1.000008] # example: pass:1 fail:1 skip:0 total:2",
            "[    1.000009] not ok 1 example");

        Assert.True(reader.HasEnded);
        Assert.Equal([("first", TestOutcome.Passed), ("second", TestOutcome.Failed)], Cases(reader));
    }

    [Fact]
    public void A_group_whose_plan_is_not_fulfilled_is_a_failure()
    {
        ReportReader reader = Read("KTAP version 1", "1..1", "  KTAP version 1", "  1..3", "  ok 1 a", "ok 1 group");

        Assert.Contains(reader.Tests, t => t.Outcome == TestOutcome.Failed && t.Detail == "planned 3, saw 1");
    }

    [Fact]
    public void SOTEST_is_read_from_BEGIN_to_END()
    {
        ReportReader reader = Read("SOTEST VERSION 1 BEGIN 3", "SOTEST SUCCESS \"a\"", "noise", "SOTEST FAIL \"b\"", "SOTEST BENCHMARK:x:12:ns \"c\"", "SOTEST END");

        Assert.True(reader.HasEnded);
        Assert.Equal([("a", TestOutcome.Passed), ("b", TestOutcome.Failed), ("(plan)", TestOutcome.Failed)], Cases(reader));
    }

    [Fact]
    public void LAVA_signals_are_read_with_their_sets()
    {
        ReportReader reader = Read(
            "<LAVA_SIGNAL_STARTRUN smoke 1.0>", "<LAVA_SIGNAL_TESTSET START net>", "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=ping RESULT=pass MEASUREMENT=1.5 UNITS=ms>",
            "<LAVA_SIGNAL_TESTSET STOP>", "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=boot RESULT=fail>", "<LAVA_SIGNAL_ENDRUN smoke 1.0>");

        Assert.True(reader.HasEnded);
        Assert.Equal([("net/ping", TestOutcome.Passed), ("boot", TestOutcome.Failed)], Cases(reader));
        Assert.Equal("1.5 ms", reader.Tests[0].Detail);
    }

    [Fact]
    public void WvTest_results_carry_their_group()
    {
        ReportReader reader = Read("Testing \"arithmetic\" in t/basic.c:", "! t/basic.c:12  1 == 1  ok", "! t/basic.c:13  1 == 2  FAILED");

        Assert.Equal([("arithmetic/t/basic.c:12  1 == 1", TestOutcome.Passed), ("arithmetic/t/basic.c:13  1 == 2", TestOutcome.Failed)], Cases(reader));
    }

    [Theory]
    [InlineData("ok, here we go")]
    [InlineData("not ok at all")]
    [InlineData("SOTEST")]
    [InlineData("1..2..3")]
    public void Ordinary_words_begin_no_report(string line)
    {
        ReportReader reader = Read(line);

        Assert.False(reader.IsUnderWay);
        Assert.Empty(reader.Tests);
    }

    [Fact]
    public void Nothing_is_looked_for_when_reports_are_off()
    {
        var reader = new ReportReader(ReportKind.None);
        foreach (string line in new[] { "TAP version 13", "1..1", "not ok 1" }) reader.Add(new ConsoleLine(line, 0));

        Assert.Empty(reader.Tests);
    }

    [Fact]
    public void Mutated_reports_never_throw()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        string[] lines = ["KTAP version 1", "1..99999999999", "1..3 # skip", "not ok 99999999999999", "    ok 1 - a # SKIP", "SOTEST VERSION 1 BEGIN 999999999999", "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID= RESULT>", "! a", "Bail out!", "  1..2"];
        for (int round = 0; round < 500; round++)
        {
            var reader = new ReportReader(ReportKind.Auto);
            for (int i = 0; i < 30; i++)
            {
                char[] line = lines[random.Next(lines.Length)].ToCharArray();
                if (line.Length > 0 && random.Next(2) == 0) line[random.Next(line.Length)] = (char)random.Next(32, 300);
                Exception? thrown = Record.Exception(() => reader.Add(new ConsoleLine(new string(line), i)));
                Assert.True(thrown is null, $"seed {seed}: {thrown}");
            }
        }
    }

    private static ReportReader Read(params string[] lines)
    {
        var reader = new ReportReader(ReportKind.Auto);
        for (int i = 0; i < lines.Length; i++) reader.Add(new ConsoleLine(lines[i], i));
        return reader;
    }

    private static (string, TestOutcome)[] Cases(ReportReader reader) => [.. reader.Tests.Select(t => (t.Name, t.Outcome))];
}
