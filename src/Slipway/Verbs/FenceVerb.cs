using System.CommandLine;
using System.Diagnostics;
using Slipway.Amt;
using Slipway.Fence;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Verbs.Amt;

namespace Slipway.Verbs;

/// <summary><c>slipway fence</c>, also called as <c>fence_slipway</c>: a fence agent for Pacemaker and everybody who speaks to such agents.</summary>
internal static class FenceVerb
{
    private static readonly TimeSpan ScriptDeadline = TimeSpan.FromSeconds(30);

    public static VerbCommand Build(Cli cli)
    {
        var verb = new VerbCommand("fence", "Fence agent: switch a node off for a cluster, and be sure that it is off")
        {
            Examples =
            [
                ("printf 'action=off\\nplug=node1\\n' | slipway fence", "as a cluster calls it: key=value lines on standard input"),
                ("slipway fence -o status -a 192.168.77.20 -S /etc/amt-password.sh", "by options, straight to an AMT host"),
                ("slipway fence -o metadata", "what cluster managers ask first"),
                ("ln -s $(command -v slipway) /usr/sbin/fence_slipway", "makes it an agent that Pacemaker finds"),
            ],
            ExitCodes =
            [
                ((int)FenceExit.Ok, "done and seen to be done; status: on"),
                ((int)FenceExit.Failed, "failed"),
                ((int)FenceExit.BadArguments, "status: off; anything else: wrong parameters"),
                ((int)FenceExit.LoginDenied, "wrong password"),
                ((int)FenceExit.ConnectionLost, "the device cannot be reached"),
                ((int)FenceExit.WaitingForOn, "it was not seen on in time"),
                ((int)FenceExit.WaitingForOff, "it was not seen off in time"),
                ((int)FenceExit.NoStatus, "its state cannot be read"),
                ((int)FenceExit.PasswordMissing, "no password"),
                ((int)FenceExit.NoRights, "the account may not do that"),
            ],
        };
        var options = new Dictionary<FenceParameter, Option<string?>>();
        var flags = new Dictionary<FenceParameter, Option<bool>>();
        foreach (FenceParameter parameter in FenceParameter.All.Where(p => p.Long is not null))
        {
            string[] aliases = parameter.Short is { } letter ? [$"-{letter}"] : [];
            if (parameter.Type == "boolean") flags.Add(parameter, new Option<bool>("--" + parameter.Long, aliases) { Description = parameter.About });
            else options.Add(parameter, new Option<string?>("--" + parameter.Long, aliases) { Description = parameter.About, HelpName = parameter.Name.ToUpperInvariant() });
        }
        foreach (Option option in options.Values.Concat<Option>(flags.Values)) verb.Add(option);
        verb.SetAction(async (line, ct) =>
        {
            try
            {
                FenceRequest request = Read(cli, line, options, flags);
                if (request.Action == "metadata")
                {
                    FenceMetadata.Write(cli.Terminal.Out);
                    return (int)FenceExit.Ok;
                }
                await using IFenceDevice device = await DeviceAsync(cli, line, request, ct);
                return (int)await new FenceActions(device, request, cli.Terminal.Out, cli.Terminal.Error, cli.Time).RunAsync(ct);
            }
            catch (FenceException e)
            {
                cli.Terminal.Error.WriteLine($"{FenceMetadata.AgentName}: {e.Message}");
                return (int)e.Exit;
            }
        });
        return verb;
    }

    private static FenceRequest Read(Cli cli, ParseResult line, Dictionary<FenceParameter, Option<string?>> options, Dictionary<FenceParameter, Option<bool>> flags)
    {
        bool byOptions = options.Values.Any(o => line.GetResult(o) is { Implicit: false }) || flags.Values.Any(o => line.GetValue(o));
        if (!byOptions) return FenceRequest.Read(Console.In, text => cli.Terminal.Error.WriteLine($"{FenceMetadata.AgentName}: {text}"));
        var request = new FenceRequest();
        foreach ((FenceParameter parameter, Option<string?> option) in options)
            if (line.GetValue(option) is { } value) request.Set(parameter.Name, value);
        foreach ((FenceParameter parameter, Option<bool> option) in flags)
            if (line.GetValue(option)) request.Set(parameter.Name, "1");
        return request;
    }

    private static async Task<IFenceDevice> DeviceAsync(Cli cli, ParseResult line, FenceRequest request, CancellationToken ct)
    {
        if (request.Text(FenceParameter.Ip) is not { } ip)
        {
            LabDescription lab = request.Text(FenceParameter.Lab) is { } file ? cli.LoadLab(file) : cli.Lab(line);
            bool switches = request.Action is "on" or "off" or "reboot";
            return new LabFenceDevice(switches ? LabEntry.Enter(cli, lab) : LabEntry.Look(cli, lab), lab, request.Text(FenceParameter.Plug));
        }
        var endpoint = new AmtEndpoint
        {
            Host = ip,
            User = request.Text(FenceParameter.User)!,
            Password = await PasswordAsync(cli, request, ct),
            BasePort = request.Number(FenceParameter.Port),
            Tls = !request.Has(FenceParameter.Ssl) ? AmtTls.Auto : request.Flag(FenceParameter.Ssl) ? AmtTls.On : AmtTls.Off,
            AcceptAnyCertificate = request.Flag(FenceParameter.AnyCertificate),
            AllowOldTls = request.Flag(FenceParameter.OldTls),
        };
        return new AmtFenceDevice(new AmtHost(endpoint, AmtHostOptions.Memory(), cli.Time), request.Text(FenceParameter.Plug));
    }

    private static async Task<string> PasswordAsync(Cli cli, FenceRequest request, CancellationToken ct)
    {
        if (request.Text(FenceParameter.PasswordScript) is { } script)
        {
            try
            {
                using Process process = Process.Start(new ProcessStartInfo(script) { RedirectStandardOutput = true })!;
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
                deadline.CancelAfter(ScriptDeadline);
                string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
                await process.WaitForExitAsync(deadline.Token);
                if (process.ExitCode == 0 && output.TrimEnd() is { Length: > 0 } printed) return printed;
                throw new FenceException(FenceExit.PasswordMissing, $"the password script {script} printed nothing or failed (exit code {process.ExitCode})");
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw new FenceException(FenceExit.PasswordMissing, $"the password script {script} cannot be started: {e.Message}", e);
            }
        }
        return request.Text(FenceParameter.Password) ?? cli.Environment(AmtHostOptions.PasswordVariable)
            ?? throw new FenceException(FenceExit.PasswordMissing, $"no password: set 'password' or 'password_script' on standard input, or {AmtHostOptions.PasswordVariable}");
    }
}
