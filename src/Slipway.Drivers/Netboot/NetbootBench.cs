using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Threading.Channels;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;
using Slipway.Netboot;
using Slipway.Netboot.Loaders;
using Slipway.Netboot.Pxe;
using Slipway.Netboot.Snapshots;

namespace Slipway.Drivers.Netboot;

/// <summary>Answers the boot servers' one question from what the lab has staged, and turns what they did into each boot's timeline.</summary>
/// <remarks><see cref="Answer"/> and <see cref="Open"/> are called on the servers' threads; staging on any other.</remarks>
public sealed class NetbootBench : IBootAuthority, IBootServices
{
    private readonly LabDescription _lab;
    private readonly LoaderCatalog _catalog;
    private readonly GrubCoreImage _grub;
    private readonly FileSnapshots _snapshots;
    private readonly BootSite _site;
    private readonly Func<IPAddress, PhysicalAddress?> _macOf;
    private readonly IReadOnlyList<ServedDirectory> _directories;
    private readonly Dictionary<PhysicalAddress, MachineDescription> _machines;
    private readonly ConcurrentDictionary<PhysicalAddress, BootStation> _stations = new();

    /// <param name="lab">The lab whose machines are answered.</param>
    /// <param name="catalog">This computer's loaders.</param>
    /// <param name="grub">Makes GRUB core images.</param>
    /// <param name="snapshots">Opens files for serving.</param>
    /// <param name="site">Our servers' addresses.</param>
    /// <param name="macOf">Finds who has an address: a lease, or the kernel's neighbour table; null when nobody known.</param>
    public NetbootBench(
        LabDescription lab, LoaderCatalog catalog, GrubCoreImage grub, FileSnapshots snapshots, BootSite site, Func<IPAddress, PhysicalAddress?> macOf)
    {
        _lab = lab;
        _catalog = catalog;
        _grub = grub;
        _snapshots = snapshots;
        _site = site;
        _macOf = macOf;
        _directories = [.. lab.Files.Select(d => new ServedDirectory(d, snapshots))];
        _machines = lab.Machines.Values.ToDictionary(m => m.Mac);
    }

    /// <summary>What a client nobody staged anything for boots; null = nothing. <c>slipway netboot</c> sets it.</summary>
    public Func<BootClient, MachineDescription?, (ImageDescription Image, Timeline Timeline)?>? WalkIn { get; set; }

    /// <summary>Where machines that the lab does not know are noted when it says <c>unknown: record</c>; null = nowhere.</summary>
    public UnknownMachineList? Unknown { get; init; }

    /// <inheritdoc/>
    public async Task StageAsync(MachineDescription machine, ImageDescription image, Timeline timeline, CancellationToken ct)
    {
        var station = new BootStation(BootImages.From(image), BootImages.Forced(machine, image), timeline);
        await PrepareAsync(station, machine, ct);
        _stations[machine.Mac] = station;
    }

    /// <inheritdoc/>
    public void Clear(MachineDescription machine) => _stations.TryRemove(machine.Mac, out _);

    /// <inheritdoc/>
    public BootAnswer Answer(BootClient client)
    {
        MachineDescription? machine = _machines.GetValueOrDefault(client.Mac);
        BootStation? station = FindStation(client, machine);
        if (station is null)
        {
            if (machine is null && _lab.Network.Dhcp.Unknown == UnknownMachines.Record) Unknown?.Note(client);
            if (machine is null && _lab.Network.Dhcp.Unknown != UnknownMachines.Boot)
                return new BootAnswer.Ignore($"no machine of lab '{_lab.Name}' has MAC {client.Mac.Spelt()}");
            return new BootAnswer.Serve("nothing is staged for it: an address only", machine?.Ip, machine?.Name, "");
        }

        lock (station.Gate)
        {
            BootProgress? before = station.Progress;
            BootDecision decision = BootPolicy.Decide(station.Image, station.Forced, client, before, _catalog, _site);
            station.Progress = decision.Progress;
            Tell(station, client, decision);
            return new BootAnswer.Serve(decision.Reason, machine?.Ip, machine?.Name, decision.File);
        }
    }

    /// <inheritdoc/>
    public FileAnswer Open(FileRequest request)
    {
        PhysicalAddress? mac = _macOf(request.Client);
        BootStation? station = mac is null ? null : _stations.GetValueOrDefault(mac);
        if (station is null)
        {
            return OpenOwn(request)
                ?? new FileAnswer.Refuse(mac is null
                    ? $"{request.Client} is no machine of this lab"
                    : $"nothing is staged for {mac.Spelt()}", Expected: false, nameof(FileRole.Other));
        }

        TransferProtocol protocol = Protocol(request);
        station.Timeline.Append(new FileAsked(request.Name, protocol));
        lock (station.Gate)
        {
            BootFile file = BootFiles.Find(request.Name, station.Image, station.Progress, _catalog, _site, station.GrubCore);
            if (file.Kind == BootFileKind.Unknown && OpenOwn(request) is FileAnswer.Send own) return own;

            string label = Role(file.Kind).ToString();
            if (file.Text is null && file.Path is null) return new FileAnswer.Refuse(file.Refusal, file.Expected, label);
            BootContent content;
            try
            {
                content = file.Text is { } text ? BootContent.Of(text) : _snapshots.Take(file.Path!);
            }
            catch (SnapshotException e)
            {
                return new FileAnswer.Refuse(e.Message, Expected: false, label);
            }
            if (station.Progress is { } progress) station.Progress = progress with { FileTaken = true };
            return new FileAnswer.Send(content, label, ContentType(request.Name, file.Text is not null));
        }
    }

    /// <summary>The chain a machine would go through with an image, or why there is none; nothing is staged.</summary>
    /// <returns>Null when the machine's firmware is not known before it asks.</returns>
    public static (string Chain, string Refusal)? Foresee(LabDescription lab, MachineDescription machine, ImageDescription image)
    {
        if (ExpectedClient(machine) is not { } client) return null;
        // Only the length of our address plays a part: iPXE's strings hold it.
        var site = new BootSite(lab.Network.Address ?? IPAddress.Broadcast, lab.Network.HttpPort);
        bool possible = ChainPlanner.TryPlan(
            client, BootImages.From(image), BootImages.Forced(machine, image), new LoaderCatalog(lab.LoaderDirectories), site, out BootChain chain, out string refusal);
        return possible ? (chain.ToString(), "") : ("", refusal);
    }

    /// <summary>Carries the servers' facts into the timelines until the channel ends.</summary>
    public async Task PumpAsync(ChannelReader<NetbootFact> facts, CancellationToken ct)
    {
        await foreach (NetbootFact fact in facts.ReadAllAsync(ct))
        {
            switch (fact)
            {
                case BootOffered f when Station(f.Mac) is { } station:
                    ReportOffer(station, f);
                    break;
                case AddressLeased f when Station(f.Mac) is { } station:
                    station.Timeline.Append(new Leased(f.Address.ToString()));
                    break;
                case FileTransferred f when Station(f.Request.Client) is { } station:
                    station.Timeline.Append(new FileServed(
                        f.Request.Name, Protocol(f.Request), f.Bytes, Math.Round(f.Duration.TotalMilliseconds, 3), f.Retries, f.Sha256, f.Options, ParseRole(f.Label)));
                    break;
                case FileNotSent f when Station(f.Request.Client) is { } station:
                    station.Timeline.Append(new FileRefused(f.Request.Name, Protocol(f.Request), f.Reason, f.Expected, ParseRole(f.Label)));
                    break;
            }
        }
    }

    private static void ReportOffer(BootStation station, BootOffered fact)
    {
        lock (station.Gate)
        {
            // The repeats of one attempt are one offer to a reader of the timeline.
            if (station.LastOffered == station.LastTold) return;
            station.LastOffered = station.LastTold;
        }
        station.Timeline.Append(new Offered(fact.Address.ToString(), fact.File, fact.Reason));
    }

    private BootStation? FindStation(BootClient client, MachineDescription? machine)
    {
        if (_stations.TryGetValue(client.Mac, out BootStation? station)) return station;
        if (client.Kind == ClientKind.System || WalkIn?.Invoke(client, machine) is not { } walkIn) return null;
        station = new BootStation(BootImages.From(walkIn.Image), BootImages.Forced(machine, walkIn.Image), walkIn.Timeline);
        // A walk-in's platform is known only now; GRUB's core images were made when the servers started.
        foreach (ClientPlatform platform in Enum.GetValues<ClientPlatform>())
            if (GrubPlatform.For(platform) is { } grub && _prepared.TryGetValue(grub, out string? core)) station.SetGrubCore(grub, core);
        return _stations.GetOrAdd(client.Mac, station);
    }

    private readonly ConcurrentDictionary<GrubPlatform, string> _prepared = new();

    /// <summary>Makes GRUB's core images for machines that are not known beforehand. Platforms whose modules are not on this computer are left out.</summary>
    public async Task PrepareForWalkInsAsync(CancellationToken ct)
    {
        foreach (ClientPlatform platform in new[] { ClientPlatform.X86Bios, ClientPlatform.X64Uefi, ClientPlatform.Arm64Uefi })
            if (GrubPlatform.For(platform) is { } grub && _catalog.FindGrubModules(grub) is not null && LoaderCatalog.FindGrubMkimage() is not null)
                _prepared[grub] = await _grub.GetAsync(grub, _site, ct);
    }

    private async Task PrepareAsync(BootStation station, MachineDescription machine, CancellationToken ct)
    {
        BootClient? client = ExpectedClient(machine);
        if (client is null)
        {
            await PrepareForWalkInsAsync(ct);
            foreach ((GrubPlatform platform, string core) in _prepared) station.SetGrubCore(platform, core);
            return;
        }
        if (!ChainPlanner.TryPlan(client, station.Image, station.Forced, _catalog, _site, out BootChain chain, out string refusal))
            throw new DeviceException("SLP2303", $"image '{station.Image.Name}' cannot be booted on machine '{machine.Name}': {refusal}");
        if (!chain.Has(LoaderProgram.Grub)) return;
        GrubPlatform grub = GrubPlatform.For(chain.Platform)!;
        try
        {
            station.SetGrubCore(grub, await _grub.GetAsync(grub, _site, ct));
        }
        catch (NetbootException e)
        {
            throw new DeviceException(e.Code, $"GRUB for machine '{machine.Name}' could not be made: {e.Explanation}", e);
        }
    }

    // A virtual machine's firmware is no surprise: what it will say of itself was seen (virtual machines are made by our own driver).
    private static BootClient? ExpectedClient(MachineDescription machine)
    {
        if (machine.Qemu is not { } qemu) return null;
        (ClientKind kind, ClientArchitecture architecture) = qemu.Firmware switch
        {
            QemuFirmware.Bios => (ClientKind.Ipxe, ClientArchitecture.X86Bios),
            QemuFirmware.Uefi => (qemu.IpxeRom ? ClientKind.Ipxe : ClientKind.Pxe, ClientArchitecture.X64Uefi),
            _ => (ClientKind.UBoot, ClientArchitecture.Arm64UBoot),
        };
        return new BootClient { Mac = machine.Mac, Kind = kind, Architectures = [architecture], Fingerprint = "expected" };
    }

    private static void Tell(BootStation station, BootClient client, BootDecision decision)
    {
        var asking = (decision.Progress?.Rounds ?? 0, client.Fingerprint);
        if (!decision.IsRefusal && station.LastTold != asking)
        {
            station.LastTold = asking;
            station.Timeline.Append(decision.Stage switch
            {
                ClientStage.Firmware => new FirmwareAsked(ClientPlatforms.Of(client).Spelt(), Via(client)),
                ClientStage.Loader => new LoaderAsked(Via(client)),
                _ => new SystemAsked(client.VendorClass),
            });
        }
        if (!decision.IsRefusal || station.LastRefusal == decision.Reason) return;
        station.LastRefusal = decision.Reason;
        station.Timeline.Append(new FirmwareAsked(ClientPlatforms.Of(client).Spelt(), Via(client)));
        station.Timeline.Append(new NotOffered(decision.Reason));
    }

    private static string Via(BootClient client) => client.Kind switch
    {
        ClientKind.Pxe => "PXE ROM",
        ClientKind.UefiHttp => "UEFI HTTP boot",
        ClientKind.Ipxe => "iPXE",
        ClientKind.Gpxe => "gPXE",
        ClientKind.Grub => "GRUB",
        ClientKind.UBoot => "U-Boot",
        ClientKind.Bootp => "BOOTP",
        _ => client.VendorClass,
    };

    // A directory of the user's own; null when none of them has (nearly) that name.
    private FileAnswer? OpenOwn(FileRequest request)
    {
        FileAnswer? nearMiss = null;
        foreach (ServedDirectory directory in _directories)
        {
            FileAnswer answer = directory.Open(request.Name, nameof(FileRole.Other));
            if (answer is FileAnswer.Send) return answer;
            nearMiss ??= answer;
        }
        return nearMiss;
    }

    private BootStation? Station(PhysicalAddress mac) => _stations.GetValueOrDefault(mac);

    private BootStation? Station(IPAddress address) => _macOf(address) is { } mac ? Station(mac) : null;

    private static TransferProtocol Protocol(FileRequest request) => request.IsHttp ? TransferProtocol.Http : TransferProtocol.Tftp;

    private static FileRole Role(BootFileKind kind) => kind switch
    {
        BootFileKind.Loader => FileRole.Loader,
        BootFileKind.Configuration => FileRole.Configuration,
        BootFileKind.Kernel => FileRole.Kernel,
        BootFileKind.Module => FileRole.Module,
        _ => FileRole.Other,
    };

    private static FileRole ParseRole(string label) => Enum.TryParse(label, out FileRole role) ? role : FileRole.Other;

    private static string ContentType(string name, bool generated) =>
        generated && !name.EndsWith(".uimg", StringComparison.Ordinal) ? "text/plain"
        : name.EndsWith(".efi", StringComparison.Ordinal) ? "application/efi"
        : "application/octet-stream";

}
