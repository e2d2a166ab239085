using System.CommandLine;
using System.Threading.Channels;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs;

/// <summary><c>slipway netboot</c>: the boot servers alone, in the foreground.</summary>
internal static class NetbootVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var kernel = new Option<string?>("--kernel") { Description = "Boot this kernel on whoever asks; without it, each machine of the lab file boots its own image", HelpName = "FILE" };
        var protocol = new Option<string?>("--protocol") { Description = "How it is loaded: linux, multiboot, multiboot2; default: seen from the file", HelpName = "PROTOCOL" };
        var arguments = new Option<string?>("--args") { Description = "Its command line", HelpName = "TEXT" };
        var initrd = new Option<string[]>("--initrd") { Description = "An initial RAM disk (Linux); may be repeated", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var module = new Option<string[]>("--module") { Description = "A boot module (multiboot), 'FILE ARGS'; may be repeated", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var loader = new Option<string?>("--loader") { Description = "The loaders to go through, such as pxelinux,ipxe,grub; default: the shortest chain", HelpName = "LIST" };
        var files = new Option<string[]>("--files") { Description = "Serve this directory read-only; may be repeated", HelpName = "DIR", DefaultValueFactory = _ => [] };
        var network = new Option<string?>("--interface") { Description = "Serve on this interface without a lab file", HelpName = "IF" };
        var dhcp = new Option<string>("--dhcp")
        {
            Description = "With --interface: 'proxy' beside a DHCP server that is there (default), 'full' when there is none, 'off'",
            HelpName = "MODE",
            DefaultValueFactory = _ => "proxy",
        };
        dhcp.AcceptOnlyFromAmong("proxy", "full", "off");
        var range = new Option<string?>("--range") { Description = "With --dhcp full: the addresses to give out, 'FIRST-LAST'", HelpName = "RANGE" };

        var verb = new VerbCommand("netboot", "Serve network boots in the foreground and print each, until Ctrl-C")
        {
            Examples =
            [
                ("slipway netboot", "every machine of the lab file boots its own image"),
                ("slipway netboot --interface eth1 --kernel bzImage --initrd root.cpio.gz --args console=ttyS0", "whoever asks boots this, beside the DHCP server that is there"),
                ("slipway netboot --interface eth1 --dhcp full --range 192.168.7.100-192.168.7.150 --kernel my.elf", "a cable between two computers, no other DHCP server"),
            ],
            ExitCodes =
            [
                (ExitCode.Good, "ended by Ctrl-C"),
                (ExitCode.Usage, "wrong usage or lab file; no port was opened"),
                (ExitCode.LabFault, "a port is taken, or the interface is not there"),
                (ExitCode.Busy, "another slipway serves this lab's network"),
                (ExitCode.NotAllowed, "this user may not open the ports"),
            ],
        };
        foreach (Option option in new Option[] { kernel, protocol, arguments, initrd, module, loader, files, network, dhcp, range }) verb.Add(option);
        verb.SetAction((line, ct) =>
        {
            LabDescription lab;
            if (line.GetValue(network) is { } name)
            {
                lab = InterfaceLab.Make(name, line.GetValue(dhcp)!, line.GetValue(range));
            }
            else
            {
                lab = cli.Lab(line);
            }
            string[] directories = line.GetValue(files) ?? [];
            foreach (string directory in directories)
                if (!Directory.Exists(directory)) throw new UsageException("SLP7109", $"--files: there is no directory {directory}");
            lab = lab with { Files = [.. lab.Files, .. directories.Select(Path.GetFullPath)] };

            ImageDescription? image = null;
            if (line.GetValue(kernel) is { } path)
            {
                image = RunFlagsReader.ReadImage(new RunFlags
                {
                    Kernel = path,
                    Protocol = line.GetValue(protocol),
                    Args = line.GetValue(arguments),
                    Initrd = line.GetValue(initrd) ?? [],
                    Modules = line.GetValue(module) ?? [],
                    Loader = RunVerb.Loaders(line.GetValue(loader)),
                }, Environment.CurrentDirectory, cli.Environment);
                lab = lab with { Network = lab.Network with { Dhcp = lab.Network.Dhcp with { Unknown = UnknownMachines.Boot } } };
            }
            return ServeAsync(cli, lab, image, cli.Json(line), ct);
        });
        return verb;
    }

    private static async Task<int> ServeAsync(Cli cli, LabDescription lab, ImageDescription? image, bool json, CancellationToken ct)
    {
        await using LabHost host = LabEntry.Enter(cli, lab);
        ChannelReader<Arrival> arrivals = await host.ServeWalkInsAsync(image, ct);
        var output = new LiveOutput(cli.Terminal.Out, cli.Terminal.IsLive);
        string boots = image is null ? "each machine boots its own image" : $"whoever asks boots {image.Kernel}";
        if (!json) output.Note("", $"serving {host.ServingText}; {boots}; Ctrl-C ends");
        var followers = new List<Task>();
        try
        {
            await foreach (Arrival arrival in arrivals.ReadAllAsync(ct))
                followers.Add(new RunFollower(output, arrival.Name + "| ", json ? arrival.Name : null).FollowTimelineAsync(arrival.Timeline, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Ctrl-C is how this verb ends.
        }
        await ((Task)Task.WhenAll(followers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Good;
    }
}
