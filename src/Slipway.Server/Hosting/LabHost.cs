using System.Threading.Channels;
using Slipway.Drivers;
using Slipway.Drivers.Amt;
using Slipway.Drivers.Netboot;
using Slipway.Drivers.VirtualNetwork;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Leases;
using Slipway.Lab.Machines;
using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Netboot;
using Slipway.Storage.Artifacts;
using Slipway.Storage.Leases;
using Slipway.Storage.Sqlite;

namespace Slipway.Server.Hosting;

/// <summary>The lab in this process: wires drivers, storage and boot servers together and hands out machines and runs.</summary>
/// <remarks>Nothing is started before it is asked for: a verb that only reads a machine's state opens no port and no database.</remarks>
public sealed class LabHost : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    private readonly FileLeases _leases;
    private IDisposable? _networkLease;
    private BootServers? _servers;
    private Task _serving = Task.CompletedTask;
    private readonly Lazy<Task<SqliteRunStore>> _store;

    public LabHost(LabDescription lab, LabPlaces places, TimeProvider time)
    {
        Lab = lab;
        Places = places;
        _time = time;
        // On a thread of its own: SQLite opens its files without awaiting anything, and there is other work meanwhile.
        _store = new Lazy<Task<SqliteRunStore>>(() => Task.Run(() => SqliteRunStore.OpenAsync(places.StateDirectory, time, CancellationToken.None)));
        _leases = new FileLeases(Path.Combine(places.RuntimeDirectory, "leases"), time);
    }

    public LabDescription Lab { get; }

    public LabPlaces Places { get; }

    /// <summary>Takes the right to touch a machine, until the lease is disposed or <paramref name="length"/> has passed.</summary>
    /// <exception cref="LeaseException">Somebody else has it.</exception>
    public IDisposable Lease(MachineDescription machine, string purpose, TimeSpan length)
    {
        LeaseAnswer answer = _leases.TryTake(machine.Name, purpose, _time.GetUtcNow() + length);
        return answer.Lease ?? throw new LeaseException($"machine '{machine.Name}'", answer.Holder!);
    }

    /// <summary>The runs of this lab; opened at first use.</summary>
    public async Task<IRunStore> RunsAsync() => await _store.Value;

    /// <summary>What is served and where, in words; empty until the servers are made.</summary>
    public string ServingText => _servers is null
        ? ""
        : $"{Lab.Network.Dhcp.Mode.ToString().ToLowerInvariant()} DHCP, TFTP{(_servers.Site.HasHttp ? $" and HTTP (port {_servers.Site.HttpPort})" : "")} on {_servers.Interface}, {_servers.Address}";

    /// <summary>The machines that asked and that the lab does not know, noted when it says <c>unknown: record</c>: MAC, platform, what asked.</summary>
    public static IReadOnlyList<string> UnknownMachines(LabPlaces places) =>
        UnknownMachineList.Read(Path.Combine(places.StateDirectory, UnknownMachineList.FileName));

    /// <summary>Continues as the same process inside the lab's network when that is virtual; otherwise does nothing.</summary>
    /// <remarks>Called before anything is started: what this process has done by then happens twice.</remarks>
    /// <exception cref="DeviceException">The namespace could not be made; the message says what is missing.</exception>
    public static void EnterNetwork(LabDescription lab, LabPlaces places)
    {
        if (!lab.Network.IsVirtual) return;
        // Inside a user namespace this process looks like root: where things are is settled here, outside.
        Environment.SetEnvironmentVariable(LabPlaces.StateVariable, Path.GetDirectoryName(places.StateDirectory));
        Environment.SetEnvironmentVariable(LabPlaces.RuntimeVariable, Path.GetDirectoryName(places.RuntimeDirectory));
        LabNamespace.Enter(lab.Name, places.RuntimeDirectory);
    }

    /// <summary>Makes the boot servers, and the virtual network when the lab has one; no port is open yet.</summary>
    /// <exception cref="LeaseException">Another process of this computer serves this lab's network.</exception>
    /// <exception cref="DeviceException">The interface is not there, or the virtual network could not be made.</exception>
    /// <param name="machines">Who will be switched on in a moment; see <see cref="VirtualNetwork.Prepare"/>.</param>
    public void OpenBootServers(IEnumerable<MachineDescription> machines)
    {
        if (_servers is not null) return;
        // Two DHCP servers on one wire answer each other's machines: one process serves a lab's network at a time.
        LeaseAnswer answer = _leases.TryTake(NetworkLease, "serving the lab's network", _time.GetUtcNow() + TimeSpan.FromHours(1));
        if (answer.Holder is { } holder) throw new LeaseException($"the network of lab '{Lab.Name}'", holder);
        _networkLease = answer.Lease;
        PrepareNetwork(machines);
        _servers = new BootServers(Lab, Lab.Network.IsVirtual ? VirtualNetwork.BridgeName : Lab.Network.Interface, Places.StateDirectory, _time);
    }

    /// <summary>Opens the boot servers' ports; from here on machines are answered.</summary>
    /// <exception cref="LeaseException">As <see cref="OpenBootServers"/>.</exception>
    /// <exception cref="NotAllowedException">This user may not open the ports.</exception>
    /// <exception cref="DeviceException">As <see cref="OpenBootServers"/>, or a port is taken.</exception>
    public void StartBootServers()
    {
        OpenBootServers([]);
        try
        {
            _servers!.Start();
        }
        catch (NetbootException e) when (e.IsPermission)
        {
            throw new NotAllowedException(e.Message, e);
        }
        catch (NetbootException e)
        {
            throw new DeviceException(e.Code, e.Explanation, e);
        }
    }

    /// <summary>Opens the ports while other things go on; runs wait for it before they stage anything.</summary>
    /// <returns>Ends when the ports are open, or with the exceptions of <see cref="StartBootServers"/>.</returns>
    public Task BeginBootServers(IEnumerable<MachineDescription> machines)
    {
        OpenBootServers(machines);
        return _serving = Task.Run(StartBootServers);
    }

    /// <summary>Serves whoever asks, each machine its own image or all of them <paramref name="image"/>; opens the ports as <see cref="StartBootServers"/> does.</summary>
    /// <param name="image">What everybody boots; null = what the lab file says of each machine.</param>
    /// <param name="ct">Ends the preparation.</param>
    /// <returns>Every machine that came, with the timeline of its boots.</returns>
    public async Task<ChannelReader<Arrival>> ServeWalkInsAsync(ImageDescription? image, CancellationToken ct)
    {
        // A machine that comes while many others are being announced waits for nobody: only its announcement would be lost.
        var arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(1024) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        OpenBootServers([]);
        _servers!.Bench.WalkIn = (client, machine) =>
        {
            ImageDescription? choice = image ?? (machine?.Image is { } own ? Lab.Images[own] : null);
            if (choice is null) return null;
            var timeline = new Timeline(_time);
            arrivals.Writer.TryWrite(new Arrival(machine?.Name ?? client.Mac.Spelt(), timeline));
            return (choice, timeline);
        };
        await _servers.Bench.PrepareForWalkInsAsync(ct);
        StartBootServers();
        return arrivals.Reader;
    }

    /// <summary>Makes the virtual network if the lab has one and it is not there yet.</summary>
    /// <param name="machines">Who will be switched on in a moment.</param>
    public void PrepareNetwork(IEnumerable<MachineDescription> machines)
    {
        if (Lab.Network.IsVirtual) VirtualNetwork.Prepare(Lab.Network.Address!, Lab.Network.PrefixLength!.Value, machines);
    }

    /// <summary>A machine of the lab; the same object for the same name.</summary>
    /// <exception cref="KeyNotFoundException">The lab has no such machine; the verbs check names first.</exception>
    public Machine Machine(string name)
    {
        if (_machines.TryGetValue(name, out Machine? machine)) return machine;
        MachineDescription description = Lab.Machines[name];
        machine = new Machine(description, MachineDrivers.Create(description, Places.RuntimeDirectory, new AmtHostFile(Places.AmtHosts), _time));
        _machines.Add(name, machine);
        return machine;
    }

    /// <summary>A run ready to go. <see cref="BeginBootServers"/> comes first.</summary>
    public async Task<RunLoop> RunAsync(RunDescription run, MachineDescription machine, ImageDescription image) =>
        new(Lab, Machine(machine.Name), image, run, new ServingBoots(_servers!.Bench, _serving), _leases, await RunsAsync(), new RunArtifacts(), _time);

    /// <summary>A boot without a verdict. <see cref="StartBootServers"/> comes first.</summary>
    public MachineBoot Boot(MachineDescription machine, string directory) =>
        MachineBoot.Prepare(Machine(machine.Name), _servers!.Bench, directory, _time);

    public async ValueTask DisposeAsync()
    {
        foreach (Machine machine in _machines.Values) await machine.DisposeAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_servers is not null) await _servers.DisposeAsync();
        _networkLease?.Dispose();
        if (!_store.IsValueCreated) return;
        await ((Task)_store.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_store.Value.IsCompletedSuccessfully) await (await _store.Value).DisposeAsync();
    }

    private const string NetworkLease = "network";
}

/// <summary>A machine that came to boot without having been staged.</summary>
/// <param name="Name">The machine's name, or its MAC when the lab does not know it.</param>
/// <param name="Timeline">Of its boots, from now on.</param>
public sealed record Arrival(string Name, Timeline Timeline);
