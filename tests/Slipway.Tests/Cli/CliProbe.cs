using System.Net.NetworkInformation;
using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Output;

namespace Slipway.Tests.Cli;

/// <summary>Runs command lines against a small lab in memory and keeps what they print.</summary>
#pragma warning disable CA1001 // A StringWriter holds nothing that must be given back.
internal sealed class CliProbe
#pragma warning restore CA1001
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public CliProbe() => Cli = new Slipway.Cli
    {
        Terminal = new Terminal { Out = _out, Error = _error, OpenRawOut = () => Raw },
        Time = TimeProvider.System,
        Environment = _ => null,
        LoadLab = named => named == "broken.yaml"
            ? throw new LabFileException([new FileProblem("broken.yaml", 3, 7, "SLP1203", "machine 'nuc3' is twice"), new FileProblem("broken.yaml", 9, 1, "SLP1204", "more")])
            : Lab,
        OpenRuns = (_, _) => Task.FromResult<IRunStore>(Runs),
    };

    public Slipway.Cli Cli { get; }

    public RunsInMemory Runs { get; } = new();

    public MemoryStream Raw { get; } = new();

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public static LabDescription Lab { get; } = new()
    {
        Name = "desk",
        Path = "/home/me/lab.yaml",
        Network = new NetworkDescription { Interface = "eth1" },
        Machines = new Dictionary<string, MachineDescription>
        {
            ["aronnax"] = new() { Name = "aronnax", Mac = PhysicalAddress.Parse("00-1B-21-41-CF-4C"), Ip = new([192, 168, 77, 10]), Tags = ["intel", "vtx"], Image = "nautilus", Where = "lab.yaml:40:3" },
            ["vm1"] = new() { Name = "vm1", Mac = PhysicalAddress.Parse("02-00-00-00-00-01"), Qemu = new QemuDescription { Firmware = QemuFirmware.Uefi } },
        },
    };

    public Task<int> RunAsync(params string[] words) => Cli.RunAsync(words, CancellationToken.None);
}

/// <summary>A store that forgets; the filter is kept for the test to look at.</summary>
internal sealed class RunsInMemory : IRunStore
{
    public List<RunRecord> All { get; } = [];

    public RunFilter? Asked { get; private set; }

    public Task<RunRecord> CreateAsync(NewRun run, CancellationToken ct)
    {
        var record = new RunRecord
        {
            Id = All.Count + 1,
            Lab = run.Lab,
            Name = run.Name,
            Machine = run.Machine,
            Image = run.Image,
            State = RunState.Queued,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Directory = "/nowhere",
            OwnerPid = 1,
        };
        All.Add(record);
        return Task.FromResult(record);
    }

    public Task UpdateAsync(RunRecord run, CancellationToken ct)
    {
        All[(int)run.Id - 1] = run;
        return Task.CompletedTask;
    }

    public Task<RunRecord?> FindAsync(long id, CancellationToken ct) => Task.FromResult(All.Find(run => run.Id == id));

    public Task<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken ct)
    {
        Asked = filter;
        return Task.FromResult<IReadOnlyList<RunRecord>>([.. All.AsEnumerable().Reverse().Take(filter.Limit)]);
    }
}
