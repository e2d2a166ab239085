using System.CommandLine;
using System.Net;
using Slipway.Amt.Kvm;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt kvm</c>: the screen as a picture, keys typed, or both for any VNC viewer.</summary>
internal static class AmtKvmVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var shot = new Option<string?>("--shot") { Description = "Write the screen as a PNG file", HelpName = "FILE" };
        var type = new Option<string?>("--type") { Description = "Type this; keys in braces: {Enter} {F12} {Ctrl+Alt+Del}", HelpName = "TEXT" };
        var listen = new Option<string?>("--listen") { Description = "Let any VNC viewer connect here until Ctrl-C, such as 127.0.0.1:5901", HelpName = "ADDRESS:PORT" };
        var password = new Option<string?>("--vnc-password-file") { Description = "File with the password for viewers, at most 8 characters count; without it only this computer may listen", HelpName = "FILE" };
        var verb = new VerbCommand("kvm", "The screen: a picture of it, keys for it, or a VNC port for any viewer")
        {
            Examples =
            [
                ("slipway amt kvm 192.168.77.20 --shot screen.png", "what does it show?"),
                ("slipway amt kvm 192.168.77.20 --type '{F12}'", "the boot menu of a ThinkPad"),
                ("slipway amt kvm 192.168.77.20 --listen 127.0.0.1:5901", "then: vncviewer 127.0.0.1:5901"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        options.AddTo(verb);
        foreach (Option option in new Option[] { shot, type, listen, password }) verb.Add(option);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            (string? file, string? keys, string? where) = (line.GetValue(shot), line.GetValue(type), line.GetValue(listen));
            if (file is null && keys is null && where is null) throw new UsageException("SLP7131", "say what to do with the screen: --shot FILE, --type TEXT or --listen ADDRESS:PORT");
            IPEndPoint? endpoint = null;
            if (where is not null && !IPEndPoint.TryParse(where, out endpoint)) throw new UsageException("SLP7132", $"--listen is an address and a port such as 127.0.0.1:5901, found '{where}'");
            string? viewerPassword = line.GetValue(password) is { } secret ? AmtHostOptions.Password(cli, secret, "viewers") : null;
            if (endpoint is not null && viewerPassword is null && !IPAddress.IsLoopback(endpoint.Address))
                throw new UsageException("SLP7133", $"--listen on {endpoint.Address} lets everybody on that network type: give --vnc-password-file, or listen on 127.0.0.1");

            await using KvmSession session = await RedirectedScreen.OpenAsync(host.Transport, cli.Time, ct);
            if (keys is not null) await session.TypeAsync(keys, ct);
            if (file is not null) await File.WriteAllBytesAsync(file, await session.CapturePngAsync(ct), ct);
            if (endpoint is null) return ExitCode.Good;
            await using RfbListener listener = RfbListener.Start(session, endpoint, viewerPassword, cli.Time);
            cli.Terminal.Out.WriteLine($"{host.Endpoint.Host}: screen {session.Size.Width}x{session.Size.Height}, for VNC viewers on {listener.EndPoint}; Ctrl-C ends");
            await cli.Terminal.Out.FlushAsync(ct);
            try
            {
                await session.Ended.WaitAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Ctrl-C is how this ends.
                return ExitCode.Good;
            }
            if (session.Fault is { } fault) throw fault;
            return ExitCode.Good;
        });
        return verb;
    }
}
