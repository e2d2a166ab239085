using System.CommandLine;
using System.Net;
using Slipway.Drivers.VirtualNetwork;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Hosts;
using Slipway.Verbs.Amt;

namespace Slipway.Verbs.Sim;

/// <summary><c>slipway sim amt</c>: simulated AMT firmware, in front of nothing, of a virtual machine, or as a machine of the lab.</summary>
internal static class SimAmtVerb
{
    /// <summary>What a simulated firmware takes when nobody says otherwise: it keeps the rules of the MEBx.</summary>
    private const string DefaultPassword = "Sl1pway!Sim";

    public static VerbCommand Build(Cli cli)
    {
        var release = new Option<string>("--release") { Description = "Firmware release: " + string.Join(", ", AmtProfile.All.Select(p => p.Name)), DefaultValueFactory = _ => "12", HelpName = "RELEASE" };
        release.AcceptOnlyFromAmong([.. AmtProfile.All.Select(p => p.Name)]);
        var machine = new Option<string?>("--machine", "-m") { Description = "A machine of the lab with 'qemu' and 'amt': its virtual machine, on the lab's network, at the address the lab file says", HelpName = "MACHINE" };
        cli.CompletesMachine(machine);
        var qemu = new Option<string?>("--qemu") { Description = "In front of a virtual machine without a network of the lab: bios or uefi", HelpName = "FIRMWARE" };
        qemu.AcceptOnlyFromAmong("bios", "uefi");
        var qemuArguments = new Option<string[]>("--qemu-arg") { Description = "A word added to QEMU's command line; may be repeated", HelpName = "WORD", DefaultValueFactory = _ => [] };
        var listen = new Option<string>("--listen") { Description = "Address", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Base port; 0: any that is free", HelpName = "PORT", DefaultValueFactory = _ => 16992 };
        var rfb = new Option<int>("--rfb-port") { Description = "Port of plain VNC", HelpName = "PORT", DefaultValueFactory = _ => 5900 };
        var tls = new Option<bool>("--tls") { Description = "The TLS ports, too (releases 16.1 and later have no others)" };
        var password = new Option<string?>("--password-file") { Description = $"File with the password of 'admin'; default: ${AmtHostOptions.PasswordVariable}, else {DefaultPassword}", HelpName = "FILE" };
        var off = new Option<string[]>("--off") { Description = "Switched off in its settings: listener, sol, ider, kvm; may be repeated", HelpName = "WHAT", DefaultValueFactory = _ => [] };
        off.AcceptOnlyFromAmong("listener", "sol", "ider", "kvm");
        var consent = new Option<string>("--consent") { Description = "User consent: none, kvm, all", HelpName = "WHEN", DefaultValueFactory = _ => "none" };
        consent.AcceptOnlyFromAmong("none", "kvm", "all");
        var client = new Option<bool>("--client-control") { Description = "Client control mode" };
        var on = new Option<bool>("--on") { Description = "The machine is on at the start" };
        var fault = new Option<string[]>("--fault") { Description = $"Trouble; may be repeated. {SimFaultWords.Help}", HelpName = "FAULT", DefaultValueFactory = _ => [] };
        var verb = new VerbCommand("amt", "Simulated Intel AMT firmware, until Ctrl-C")
        {
            Examples =
            [
                ("slipway sim amt --release 12", "on 127.0.0.1:16992 and 16994; try slipway amt check 127.0.0.1"),
                ("slipway sim amt --qemu bios --qemu-arg -cdrom --qemu-arg live.iso", "a virtual machine behind it: power, SOL, KVM and IDE-R are real"),
                ("slipway --lab samples/lab.yaml sim amt -m vpro --fault sessions-drop-at-reset", "a machine of the lab, for slipway run in another terminal"),
            ],
            ExitCodes = [(ExitCode.Good, "ended by Ctrl-C"), (ExitCode.Usage, "wrong usage"), (ExitCode.LabFault, "a port is taken, or QEMU did not start")],
        };
        foreach (Option option in new Option[] { release, machine, qemu, qemuArguments, listen, port, rfb, tls, password, off, consent, client, on, fault }) verb.Add(option);
        verb.SetAction(async (line, ct) =>
        {
            string[] offs = line.GetValue(off) ?? [];
            if (!IPAddress.TryParse(line.GetValue(listen), out IPAddress? address)) throw new UsageException("SLP7129", $"--listen is an address such as 127.0.0.1, found '{line.GetValue(listen)}'");
            var options = new SimAmtOptions
            {
                Profile = AmtProfile.Find(line.GetValue(release)!)!,
                Password = line.GetValue(password) is { } file ? AmtHostOptions.Password(cli, file, "the simulated firmware") : cli.Environment(AmtHostOptions.PasswordVariable) ?? DefaultPassword,
                Address = address,
                BasePort = line.GetValue(port),
                RfbPort = line.GetValue(rfb),
                Tls = line.GetValue(tls),
                Faults = SimFaultWords.Read(line.GetValue(fault) ?? []),
                ClientControl = line.GetValue(client),
                Consent = line.GetValue(consent) switch { "kvm" => SimConsent.Kvm, "all" => SimConsent.All, _ => SimConsent.None },
                ListenerEnabled = !offs.Contains("listener"),
                SolEnabled = !offs.Contains("sol"),
                IderEnabled = !offs.Contains("ider"),
                KvmEnabled = !offs.Contains("kvm"),
            };
            if (line.GetValue(machine) is not { } name)
                return await ServeAsync(cli, options, await AloneAsync(cli, line.GetValue(qemu), line.GetValue(qemuArguments) ?? [], ct), line.GetValue(on), cli.Json(line), ct);
            LabDescription lab = cli.Lab(line);
            return await ServeMachineAsync(cli, lab, LabEntry.Machine(cli, lab, name), options, line.GetValue(on), cli.Json(line), ct);
        });
        return verb;
    }

    /// <summary>The simulated firmware of a machine of the lab, at the ports and with the password its lab file says.</summary>
    /// <param name="options">Release, faults and settings; address, port and password are the machine's.</param>
    public static SimAmtOptions At(MachineDescription machine, SimAmtOptions options) => options with
    {
        BasePort = machine.Amt!.Port,
        Password = machine.Amt.Password.Reveal(),
        Tls = options.Tls || machine.Amt.Tls == AmtTlsUse.Yes,
    };

    /// <summary>The virtual machine of a machine of the lab, plugged into the lab's network. The caller has entered that and prepared it.</summary>
    public static async Task<(QemuHost Host, MachinePort Port)> PlugAsync(Cli cli, LabHost host, MachineDescription machine, CancellationToken ct)
    {
        string directory = Directory.CreateDirectory(Path.Combine(host.Places.RuntimeDirectory, "sim", machine.Name)).FullName;
        var port = new MachinePort(machine, Path.Combine(directory, "relay.sock"), Path.Combine(directory, "vm.sock"));
        port.Plug();
        QemuDescription qemu = machine.Qemu!;
        var options = new QemuHostOptions(
            directory, qemu.Firmware == QemuFirmware.Uefi ? "uefi" : "bios", qemu.MemoryMiB, port.Netdev,
            string.Join(':', machine.Mac.GetAddressBytes().Select(octet => octet.ToString("x2"))), qemu.Nic, qemu.IpxeRom, qemu.Args);
        return (await QemuHost.StartAsync(options, cli.Time, ct), port);
    }

    private static async Task<int> ServeMachineAsync(Cli cli, LabDescription lab, MachineDescription machine, SimAmtOptions options, bool isOn, bool json, CancellationToken ct)
    {
        if (machine.Amt is null || machine.Qemu is null || !lab.Network.IsVirtual)
            throw new UsageException("SLP7130", $"machine '{machine.Name}' is no simulated AMT machine: it needs 'amt' and 'qemu', and the lab 'interface: virtual'");
        await using LabHost host = LabEntry.Enter(cli, lab);
        host.PrepareNetwork([machine]);
        (QemuHost vm, MachinePort port) = await PlugAsync(cli, host, machine, ct);
        using (port) return await ServeAsync(cli, At(machine, options), vm, isOn, json, ct);
    }

    private static async Task<ISimulatedHost> AloneAsync(Cli cli, string? firmware, string[] arguments, CancellationToken ct)
    {
        if (firmware is null) return new NoHost(cli.Time);
        string directory = Directory.CreateTempSubdirectory("slipway-sim-").FullName;
        return await QemuHost.StartAsync(new QemuHostOptions(directory, firmware, 256, null, null, "virtio-net-pci", firmware == "bios", arguments), cli.Time, ct);
    }

    private static async Task<int> ServeAsync(Cli cli, SimAmtOptions options, ISimulatedHost vm, bool isOn, bool json, CancellationToken ct)
    {
        await using (vm)
        {
            await using SimAmtMachine firmware = SimAmtMachine.Start(options, vm, cli.Time);
            if (isOn) await vm.PowerOnAsync(HostBootSource.Default, ct);
            if (json)
            {
                JsonOutput.Write(cli.Terminal, writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("release", options.Profile.Name);
                    writer.WriteString("address", options.Address.ToString());
                    writer.WriteNumber("port", firmware.BasePort);
                    writer.WriteString("certificate", firmware.CertificateSha256);
                    writer.WriteEndObject();
                });
            }
            else
            {
                string ports = options.Profile.TlsOnly ? "TLS only" : options.Tls ? "plain and TLS" : "plain";
                cli.Terminal.Out.WriteLine($"AMT {options.Profile.Version}, simulated, on {options.Address}, base port {firmware.BasePort} ({ports}), user admin; Ctrl-C ends");
                if (firmware.CertificateSha256 is { } hash) cli.Terminal.Out.WriteLine($"certificate SHA-256 {hash}");
            }
            await cli.Terminal.Out.FlushAsync(ct);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cli.Time, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Ctrl-C is how this verb ends.
            }
        }
        return ExitCode.Good;
    }
}
