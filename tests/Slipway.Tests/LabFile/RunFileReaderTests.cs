using Slipway.LabFile;

namespace Slipway.Tests.LabFile;

public sealed class RunFileReaderTests
{
    [Fact]
    public void The_run_file_of_the_design_is_read_whole()
    {
        var run = Assert.Single(Reading.Runs("""
            run: nautilus-smoke
            machine: vm1
            image: nautilus
            build: { command: make -j8, dir: ~/nautilus, timeout: 10m }
            steps:
              - expect: 'Nautilus .* booted'
                within: 60s
              - send: "threadtest\n"
                reboots: true
              - expect: 'all threads done'
                within: 2m
            silence: 30s
            crash: ['PANIC', 'triple fault']
            fail: [FAILED]
            reports: ktap
            retry: { on: lab-fault, times: 2 }
            after: leave
            artifacts: [results/*.xml]
            """));

        Assert.Equal(("nautilus-smoke", "vm1", "nautilus"), (run.Name, run.Machine, run.Image));
        Assert.Equal(new BuildDescription("make -j8", "/home/ada/nautilus", TimeSpan.FromMinutes(10)), run.Build);
        Assert.Equal(
            [new ExpectStep("Nautilus .* booted", TimeSpan.FromSeconds(60)), new SendStep("threadtest\n", true), new ExpectStep("all threads done", TimeSpan.FromMinutes(2))],
            run.Steps);
        Assert.Equal(TimeSpan.FromSeconds(30), run.Silence);
        Assert.Equal(TimeSpan.FromMinutes(10), run.Within);
        Assert.Equal(["PANIC", "triple fault"], run.Crash);
        Assert.Equal(["FAILED"], run.Fail);
        Assert.Equal((ReportKind.Ktap, 2, AfterRun.Leave), (run.Reports, run.RetryOnLabFault, run.After));
        Assert.Equal(["results/*.xml"], run.Artifacts);
        Assert.Equal("/lab", run.Directory);
    }

    [Fact]
    public void Several_documents_are_a_suite_in_order()
    {
        var runs = Reading.Runs("run: a\nneeds: [x86, fast]\nreports: auto\n---\nrun: b\nmachine: arm\nimage: { kernel: Image, protocol: linux, devicetree: b.dtb }\nreports: tap\n");

        Assert.Equal(["a", "b"], runs.Select(r => r.Name));
        Assert.Equal(["x86", "fast"], runs[0].Needs);
        Assert.Equal(("/lab/Image", "b", "/lab/b.dtb"), (runs[1].InlineImage!.Kernel, runs[1].InlineImage!.Name, runs[1].InlineImage!.DeviceTree));
    }

    [Fact]
    public void A_run_without_a_machine_gets_the_default_one() =>
        Assert.Equal("vm1", Reading.Runs("run: a\nreports: auto\n", defaultMachine: "vm1")[0].Machine);

    [Fact]
    public void A_run_lasts_at_least_as_long_as_its_steps_may() =>
        Assert.Equal(
            TimeSpan.FromMinutes(50), Reading.Runs("run: a\nmachine: vm1\nsteps: [{ expect: a, within: 20m }, { expect: b, within: 30m }]\n")[0].Within);

    [Theory]
    [InlineData("", "t.run.yaml: SLP1008: the file is empty; it must describe at least one run")]
    [InlineData("{ machine: vm1, reports: auto }", "t.run.yaml:1:1: SLP1104: the run has no 'run': give the run a name")]
    [InlineData("{ run: a b, machine: vm1, reports: auto }", "t.run.yaml:1:8: SLP1110: 'a b' is no run name")]
    [InlineData("{ run: a, silense: 1s, machine: vm1, reports: auto }", "t.run.yaml:1:11: SLP1101: the run has no key 'silense' (did you mean 'silence'?")]
    [InlineData("{ run: a, machine: vm2, reports: auto }", "t.run.yaml:1:20: SLP1401: the lab 'desk' has no machine 'vm2' (did you mean 'vm1'? declared: vm1, arm, hand)")]
    [InlineData("{ run: a, machine: vm1, image: nautilis, reports: auto }", "t.run.yaml:1:32: SLP1203: the run names image 'nautilis', which is not declared (did you mean 'nautilus'?")]
    [InlineData("{ run: a, needs: [x86, gpu], reports: auto }", "t.run.yaml:1:18: SLP1402: no machine of the lab 'desk' has the tag 'gpu' (tags: x86, fast, arm, real)")]
    [InlineData("{ run: a, needs: [fast, real], reports: auto }", "t.run.yaml:1:18: SLP1402: no machine of the lab 'desk' has all the tags that the run needs")]
    [InlineData("{ run: a, machine: vm1 }", "t.run.yaml:1:1: SLP1403: nothing is expected of the run, so it could never pass")]
    [InlineData("{ run: a, machine: vm1, reports: none, steps: [{ send: x }] }", "t.run.yaml:1:1: SLP1403: nothing is expected of the run")]
    [InlineData("{ run: a, machine: vm1, needs: x86, reports: auto }", "t.run.yaml:1:32: SLP1404: the run has both 'machine' and 'needs'")]
    [InlineData("{ run: a, reports: auto }", "t.run.yaml:1:1: SLP1404: the run says neither 'machine' nor 'needs' (tags); the lab has: vm1, arm, hand")]
    [InlineData("{ run: a, machine: vm1, steps: [{ expect: a, send: b }] }", "t.run.yaml:1:33: SLP1405: step 1 has both 'expect' and 'send'")]
    [InlineData("{ run: a, machine: vm1, steps: [{ expect: a }, { }] }", "t.run.yaml:1:48: SLP1405: step 2 has neither 'expect' nor 'send'")]
    [InlineData("{ run: a, machine: vm1, steps: [{ expect: a, reboots: true }] }", "t.run.yaml:1:46: SLP1101: step 1 has no key 'reboots'")]
    [InlineData("{ run: a, machine: vm1, steps: [{ expect: '[' }] }", "t.run.yaml:1:43: SLP1115: 'expect' of step 1: '[' is no regular expression we can use")]
    [InlineData("{ run: a, machine: vm1, steps: [{ expect: '.*' }] }", "t.run.yaml:1:43: SLP1118: 'expect' of step 1: '.*' matches an empty line")]
    [InlineData("{ run: a, machine: vm1, steps: x }", "t.run.yaml:1:32: SLP1105: 'steps' of the run must be a list, found a single value")]
    [InlineData("{ run: a, machine: arm, reports: auto }", "t.run.yaml:1:1: SLP1406: the run has no 'image', and machine 'arm' has none of its own")]
    [InlineData("{ run: a, machine: arm, image: bare, reports: auto }", "t.run.yaml:1:32: SLP1209: machine 'arm' cannot boot image 'bare': its firmware is U-Boot")]
    [InlineData("{ run: a, machine: vm1, reports: auto }\n---\n{ run: a, machine: vm1, reports: auto }", "t.run.yaml:3:8: SLP1407: a run named 'a' is in this file already (at t.run.yaml:1:8)")]
    [InlineData("{ run: a, machine: vm1, reports: auto, artifacts: [../x] }", "t.run.yaml:1:52: SLP1408: 'artifacts' of the run stay below the run's directory: '../x'")]
    [InlineData("{ run: a, machine: hand, image: bare, reports: auto }", "t.run.yaml:1:20: SLP1411: machine 'hand' has no console, so nothing can be seen of the run")]
    [InlineData("{ run: a, machine: vm1, within: 10s, steps: [{ expect: a, within: 20s }] }", "t.run.yaml:1:33: SLP1412: warning: the run ends after 10s, before the 20s that one of its steps has")]
    [InlineData("{ run: a, machine: vm1, reports: auto, retry: { on: crash } }", "t.run.yaml:1:53: SLP1106: 'on' of 'retry' of the run cannot be 'crash' (legal: lab-fault)")]
    [InlineData("{ run: a, machine: vm1, reports: auto, retry: { times: 11 } }", "t.run.yaml:1:56: SLP1107: 'times' of 'retry' of the run is a whole number from 0 to 10, not '11'")]
    [InlineData("{ run: a, machine: vm1, reports: auto, build: { command: ' ' } }", "t.run.yaml:1:58: SLP1116: 'command' of 'build' of the run is no shell line")]
    [InlineData("{ run: a, machine: vm1, reports: auto, build: { } }", "t.run.yaml:1:47: SLP1104: 'build' of the run has no 'command'")]
    public void A_wrong_run_file_says_where_and_what(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Reading.RunProblems(text)), StringComparison.Ordinal);

    [Fact]
    public void A_run_file_that_is_not_there_is_named() =>
        Assert.Equal(
            "no.run.yaml: SLP1001: no such file: 'no.run.yaml'",
            Assert.Single(Assert.Throws<LabFileException>(() => RunFileReader.Read("no.run.yaml", Reading.Lab(Reading.SmallLab).Lab, _ => null)).Problems).ToString());
}
