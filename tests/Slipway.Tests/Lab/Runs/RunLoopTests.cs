using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Leases;
using Slipway.Lab.Machines;
using Slipway.Lab.Power;
using Slipway.Lab.Runs;
using Slipway.Lab.Runs.Reports;
using Slipway.LabFile;
using System.Net.NetworkInformation;

namespace Slipway.Tests.Lab.Runs;

/// <summary>The whole life of a run on a machine made of a channel; the journal needs a directory.</summary>
public sealed class RunLoopTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-run").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_run_goes_through_its_states_in_order_and_leaves_the_machine_off()
    {
        var bench = new Bench(_directory);

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal((Verdict.Passed, 0), (run.Verdict, run.ExitCode));
        Assert.Equal([RunState.Leased, RunState.Staged, RunState.Booting, RunState.Watching, RunState.Judged, RunState.Released], bench.States);
        Assert.Equal([PowerAction.On, PowerAction.Off], bench.Driver.Switched);
        Assert.Equal("READY\n", await File.ReadAllTextAsync(Path.Combine(_directory, "console.raw")));
    }

    [Fact]
    public async Task The_console_is_open_before_power_is_touched()
    {
        var bench = new Bench(_directory);

        await bench.RunAsync(Ready());

        Assert.True(bench.Driver.WasOpenAtPowerOn);
    }

    [Fact]
    public async Task A_machine_that_does_not_obey_is_the_labs_fault_and_tried_again_as_often_as_the_run_says()
    {
        var bench = new Bench(_directory);
        bench.Driver.PowerFaults = 2;

        RunRecord run = await bench.RunAsync(Ready() with { RetryOnLabFault = 2 });

        Assert.Equal((Verdict.Passed, 3), (run.Verdict, run.Attempt));
        Assert.Equal(2, bench.SetAside);
    }

    [Fact]
    public async Task A_lab_fault_without_a_retry_is_the_verdict()
    {
        var bench = new Bench(_directory);
        bench.Driver.PowerFaults = 1;

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal((Verdict.LabFault, 3), (run.Verdict, run.ExitCode));
        Assert.Contains("the plug is out", run.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_boot_override_is_set_with_the_console_open_and_before_power_is_touched_and_taken_back_when_no_boot_came_of_it()
    {
        var bench = new Bench(_directory);
        bench.Driver.HasOverride = true;

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal(Verdict.Passed, run.Verdict);
        // The fake never asks for an address, so nothing consumed the override.
        Assert.Equal(["set after 0 switches, console open", "cleared"], bench.Driver.Overrides);
    }

    [Fact]
    public async Task A_boot_override_that_is_refused_is_the_labs_fault_and_the_machine_is_not_switched_on()
    {
        var bench = new Bench(_directory);
        bench.Driver.HasOverride = true;
        bench.Driver.OverrideFault = new DeviceException("SLP3021", "the override is not there when read back");

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal((Verdict.LabFault, 3), (run.Verdict, run.ExitCode));
        Assert.Contains("SLP3021", run.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(PowerAction.On, bench.Driver.Switched);
    }

    [Fact]
    public async Task A_machine_that_goes_off_by_itself_is_the_labs_fault_with_both_things_it_may_be()
    {
        var bench = new Bench(_directory);
        bench.Driver.Says = "booting\n";
        bench.Driver.OnPower = () => bench.Driver.See(new PowerLost("serial over LAN says off"));

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal((Verdict.LabFault, 3), (run.Verdict, run.ExitCode));
        Assert.Contains("serial over LAN says off", run.Reason, StringComparison.Ordinal);
        Assert.Contains("power supply", run.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_is_never_tried_again()
    {
        var bench = new Bench(_directory);
        bench.Driver.Says = "PANIC: no\n";

        RunRecord run = await bench.RunAsync(Ready() with { RetryOnLabFault = 3 });

        Assert.Equal((Verdict.Crashed, 1, 1), (run.Verdict, run.ExitCode, run.Attempt));
    }

    [Fact]
    public async Task A_machine_that_somebody_has_is_busy_and_not_touched()
    {
        var bench = new Bench(_directory) { Holder = new LeaseHolder("ada", "run 'x'", DateTimeOffset.UnixEpoch) };

        RunRecord run = await bench.RunAsync(Ready());

        Assert.Equal((Verdict.Busy, 4), (run.Verdict, run.ExitCode));
        Assert.Contains("ada", run.Reason, StringComparison.Ordinal);
        Assert.Empty(bench.Driver.Switched);
    }

    [Fact]
    public async Task A_build_that_fails_fails_the_run_and_touches_no_machine()
    {
        var bench = new Bench(_directory);

        RunRecord run = await bench.RunAsync(Ready() with { Build = new BuildDescription("echo broken; exit 3", _directory, TimeSpan.FromMinutes(1)) });

        Assert.Equal((Verdict.Failed, 1), (run.Verdict, run.ExitCode));
        Assert.Contains("exit code 3", run.Reason, StringComparison.Ordinal);
        Assert.Equal("broken\n", await File.ReadAllTextAsync(Path.Combine(_directory, "build.log")));
        Assert.Empty(bench.Driver.Switched);
    }

    [Fact]
    public async Task A_build_that_makes_no_kernel_fails_the_run()
    {
        var bench = new Bench(_directory) { Kernel = Path.Combine(_directory, "never-made") };

        RunRecord run = await bench.RunAsync(Ready() with { Build = new BuildDescription("true", _directory, TimeSpan.FromMinutes(1)) });

        Assert.Equal(Verdict.Failed, run.Verdict);
        Assert.Contains("never-made", run.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_leaves_the_machine_as_after_says()
    {
        var bench = new Bench(_directory);
        bench.Driver.Says = "never ready\n";
        using var cancel = new CancellationTokenSource();
        bench.Driver.OnPower = cancel.Cancel;

        RunRecord run = await bench.RunAsync(Ready() with { After = AfterRun.Leave }, cancel.Token);

        Assert.Equal((Verdict.Cancelled, 130), (run.Verdict, run.ExitCode));
        Assert.Equal([PowerAction.On], bench.Driver.Switched);
    }

    [Fact]
    public async Task What_is_to_be_sent_reaches_the_console()
    {
        var bench = new Bench(_directory);
        bench.Driver.Answers = "pong\n";

        RunRecord run = await bench.RunAsync(Ready() with
        {
            Steps = [new ExpectStep("READY", TimeSpan.FromMinutes(1)), new SendStep("ping\n", false), new ExpectStep("pong", TimeSpan.FromMinutes(1))],
        });

        Assert.Equal(Verdict.Passed, run.Verdict);
        Assert.Equal("ping\n", bench.Driver.Typed);
    }

    private static RunDescription Ready() => new() { Name = "ready", Steps = [new ExpectStep("^READY$", TimeSpan.FromMinutes(1))], Directory = "/" };

    // The lab around a run, each part the simplest that keeps its contract.
    private sealed class Bench(string directory) : IBootServices, IMachineLeases, IRunStore, IRunArtifacts
    {
        public FakeDriver Driver { get; } = new();

        public List<RunState> States { get; } = [];

        public int SetAside { get; private set; }

        public LeaseHolder? Holder { get; init; }

        public string Kernel { get; init; } = "/k";

        public async Task<RunRecord> RunAsync(RunDescription run, CancellationToken cancel = default)
        {
            var description = new MachineDescription { Name = "vm", Mac = PhysicalAddress.Parse("525400000001") };
            var lab = new LabDescription { Name = "lab", Path = "/lab.yaml", Network = new NetworkDescription { Interface = "virtual" } };
            var image = new ImageDescription { Name = "image", Kernel = Kernel, Protocol = BootProtocol.Multiboot2 };
            await using var machine = new Machine(description, Driver);
            var events = Channel.CreateUnbounded<RunEvent>();
            return await new RunLoop(lab, machine, image, run, this, this, this, this, TimeProvider.System).RunAsync(events.Writer, cancel);
        }

        public Task StageAsync(MachineDescription machine, ImageDescription image, Timeline timeline, CancellationToken ct) => Task.CompletedTask;

        public void Clear(MachineDescription machine)
        {
        }

        public LeaseAnswer TryTake(string machine, string purpose, DateTimeOffset until) => Holder is null ? new LeaseAnswer(new MemoryStream(), null) : new LeaseAnswer(null, Holder);

        public Task<RunRecord> CreateAsync(NewRun run, CancellationToken ct) => Task.FromResult(new RunRecord
        {
            Id = 1, Lab = run.Lab, Name = run.Name, Machine = run.Machine, Image = run.Image, State = RunState.Queued,
            CreatedAt = DateTimeOffset.UnixEpoch, Directory = directory, OwnerPid = 1,
        });

        public Task UpdateAsync(RunRecord run, CancellationToken ct)
        {
            if (States.Count == 0 || States[^1] != run.State) States.Add(run.State);
            return Task.CompletedTask;
        }

        public Task<RunRecord?> FindAsync(long id, CancellationToken ct) => Task.FromResult<RunRecord?>(null);

        public Task<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken ct) => Task.FromResult<IReadOnlyList<RunRecord>>([]);

        public Task KeepAsync(RunRecord record, RunDescription run, IReadOnlyList<TimelineEntry> timeline, IReadOnlyList<TestCase> tests, byte[]? screen, CancellationToken ct) => Task.CompletedTask;

        void IRunArtifacts.SetAside(RunRecord record, int attempt) => SetAside++;
    }

    private sealed class FakeDriver : IMachineDriver, IPowerControl, IConsoleTransport, IBootOverride
    {
        private readonly Channel<BootFact> _facts = Channel.CreateUnbounded<BootFact>();

        private readonly Channel<byte[]> _line = Channel.CreateUnbounded<byte[]>();
        private bool _isOpen;

        public ConcurrentQueue<PowerAction> Switched { get; } = [];

        public int PowerFaults { get; set; }

        public string Says { get; set; } = "READY\n";

        public string Answers { get; set; } = "";

        public string Typed { get; private set; } = "";

        public bool WasOpenAtPowerOn { get; private set; }

        public Action OnPower { get; set; } = () => { };

        public IPowerControl Power => this;

        public IConsoleTransport Console => this;

        public IMachineScreen? Screen => null;

        public bool HasOverride { get; set; }

        public Exception? OverrideFault { get; set; }

        public ConcurrentQueue<string> Overrides { get; } = [];

        public IBootOverride? BootOverride => HasOverride ? this : null;

        public ChannelReader<BootFact> Facts => _facts.Reader;

        public void See(BootFact fact) => _facts.Writer.TryWrite(fact);

        public Task<string> SetNetworkOnceAsync(CancellationToken ct)
        {
            Overrides.Enqueue($"set after {Switched.Count} switches, console {(_isOpen ? "open" : "closed")}");
            return OverrideFault is null ? Task.FromResult("no BIOS screens") : Task.FromException<string>(OverrideFault);
        }

        public Task ClearAsync(CancellationToken ct)
        {
            Overrides.Enqueue("cleared");
            return Task.CompletedTask;
        }

        public Task<string> Vanished { get; } = new TaskCompletionSource<string>().Task;

        public IReadOnlySet<PowerAction> Possible { get; } = new HashSet<PowerAction> { PowerAction.On, PowerAction.Off, PowerAction.Cycle };

        public Task<PowerState> GetStateAsync(CancellationToken ct) => Task.FromResult(PowerState.Off);

        public Task<PowerState> ApplyAsync(PowerAction action, CancellationToken ct)
        {
            if (action == PowerAction.Off)
            {
                Switched.Enqueue(action);
                return Task.FromResult(PowerState.Off);
            }
            if (PowerFaults-- > 0) throw new DeviceException("SLP5303", "the plug is out");
            Switched.Enqueue(action);
            WasOpenAtPowerOn = _isOpen;
            _line.Writer.TryWrite(Encoding.ASCII.GetBytes(Says));
            OnPower();
            return Task.FromResult(PowerState.On);
        }

        public Task OpenAsync(CancellationToken ct)
        {
            _isOpen = true;
            return Task.CompletedTask;
        }

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
        {
            byte[] bytes = await _line.Reader.ReadAsync(ct);
            bytes.CopyTo(buffer);
            return bytes.Length;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
        {
            Typed += Encoding.ASCII.GetString(bytes.Span);
            if (Answers.Length > 0) _line.Writer.TryWrite(Encoding.ASCII.GetBytes(Answers));
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
