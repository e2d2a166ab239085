using System.CommandLine;
using System.Text.RegularExpressions;
using Slipway.Amt.Sol;
using Slipway.Lab.Consoles;
using Slipway.LabFile;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt sol</c>: the serial console, on a terminal or in a pipe.</summary>
internal static class AmtSolVerb
{
    /// <summary>Ctrl-], as telnet has it.</summary>
    private const byte Escape = 0x1D;
    private static readonly TimeSpan DefaultWithin = TimeSpan.FromSeconds(60);

    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var until = new Option<string?>("--until") { Description = "End with 0 when a line like this came", HelpName = "RE" };
        var within = new Option<string?>("--within") { Description = "With --until: end with 124 when it did not come in time (default 60s)", HelpName = "TIME" };
        var verb = new VerbCommand("sol", "The serial console (serial over LAN); Ctrl-] ends")
        {
            Examples =
            [
                ("slipway amt sol 192.168.77.20", "interactive"),
                ("slipway amt sol 192.168.77.20 --until 'login:' --within 2m > boot.log", "in a script"),
                ("echo reboot | slipway amt sol 192.168.77.20 --until 'Restarting'", "types what comes on standard input"),
            ],
            ExitCodes = [.. AmtVerb.ExitCodes, (ExitCode.Timeout, "--until did not come in time"), (ExitCode.Cancelled, "Ctrl-C, in a pipe")],
        };
        options.AddTo(verb);
        verb.Add(until);
        verb.Add(within);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            Regex? pattern = null;
            if (line.GetValue(until) is { } text && ConsolePattern.TryCompile(text, out pattern) is { } defect) throw new UsageException("SLP7134", $"--until: '{text}' is no regular expression we can use: {defect}");
            TimeSpan limit = line.GetValue(within) is not { } time ? DefaultWithin
                : DurationText.TryRead(time) ?? throw new UsageException("SLP7135", $"--within is a duration such as 60s or 2m, found '{time}'");
            await using var sol = new SolConnection(host.Transport, new SolOptions(), cli.Time);
            await sol.OpenAsync(ct);
            cli.Terminal.Error.WriteLine($"{host.Endpoint.Host}: serial over LAN is open{(Console.IsInputRedirected ? "" : "; Ctrl-] ends")}");
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
            using RawTerminal? raw = RawTerminal.TryEnter();
            Task typing = TypeAsync(sol, raw is not null, ending);
            Task telling = TellAsync(cli, sol, ending.Token);
            int exit = await ShowAsync(cli, sol, pattern, limit, ending.Token, ct);
            await ending.CancelAsync();
            await telling;
            // A read of standard input cannot be called back on every kind of it; it ends with the process.
            if (raw is null) await Task.WhenAny(typing, Task.Delay(TimeSpan.FromMilliseconds(50), cli.Time, CancellationToken.None));
            return exit;
        });
        return verb;
    }

    private static async Task<int> ShowAsync(Cli cli, SolConnection sol, Regex? pattern, TimeSpan limit, CancellationToken ending, CancellationToken ct)
    {
        await using Stream output = cli.Terminal.OpenRawOut();
        var lines = new ConsoleLines();
        var ended = new List<ConsoleLine>();
        byte[] buffer = new byte[16 * 1024];
        long offset = 0;
        using var deadline = new CancellationTokenSource(pattern is null ? Timeout.InfiniteTimeSpan : limit, cli.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, deadline.Token);
        try
        {
            for (int read; (read = await sol.ReadAsync(buffer, either.Token)) > 0; offset += read)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), either.Token);
                await output.FlushAsync(either.Token);
                if (pattern is null) continue;
                ended.Clear();
                lines.Add(buffer.AsSpan(0, read), offset, ended);
                // A prompt has no end of line, and is what is waited for most.
                if (ended.Any(l => pattern.IsMatch(l.Text)) || pattern.IsMatch(lines.Unfinished)) return ExitCode.Good;
            }
            return ExitCode.Good;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            cli.Terminal.Error.WriteLine($"slipway: no line like '{pattern}' within {limit.TotalSeconds:0} s");
            return ExitCode.Timeout;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return ct.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Good;
        }
    }

    private static async Task TypeAsync(SolConnection sol, bool isTerminal, CancellationTokenSource ending)
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[4096];
        try
        {
            for (int read; (read = await input.ReadAsync(buffer, ending.Token)) > 0;)
            {
                int escape = isTerminal ? buffer.AsSpan(0, read).IndexOf(Escape) : -1;
                if (escape >= 0) read = escape;
                if (read > 0) await sol.WriteAsync(buffer.AsMemory(0, read), ending.Token);
                if (escape < 0) continue;
                await ending.CancelAsync();
                return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Slipway.Amt.AmtException or IOException)
        {
            // The session is over, or away: what was typed then is lost, and the reader tells why.
        }
    }

    private static async Task TellAsync(Cli cli, SolConnection sol, CancellationToken ct)
    {
        try
        {
            await foreach (SolFact fact in sol.Facts.ReadAllAsync(ct))
            {
                string? text = fact switch
                {
                    SolFact.Gap gap => $"the line was away for {gap.Length.TotalSeconds:0.0} s ({gap.Reason}); what was said then is missing",
                    SolFact.OutputLost => "the firmware's buffer overflowed: output is missing here",
                    SolFact.InputLost => "the machine does not read its serial port: what was typed is lost",
                    _ => null,
                };
                if (text is not null) cli.Terminal.Error.WriteLine($"\r\nslipway: {text}\r");
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }
}
