using System.CommandLine;
using Slipway.Amt.Logs;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt log</c>: the firmware's event log, or its audit log.</summary>
internal static class AmtLogVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var audit = new Option<bool>("--audit") { Description = "The audit log: who did what" };
        var clear = new Option<bool>("--clear") { Description = "Empty the event log after printing it" };
        var verb = new VerbCommand("log", "The firmware's event log: BIOS progress, boot failures, sessions")
        {
            Examples = [("slipway amt log 192.168.77.20", "oldest first"), ("slipway amt log 192.168.77.20 --audit", "who switched it off?")],
            ExitCodes = AmtVerb.ExitCodes,
        };
        options.AddTo(verb);
        verb.Add(audit);
        verb.Add(clear);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            var logs = new AmtLogs(host.WsMan);
            IReadOnlyList<(string Time, string Kind, string Text)> entries = line.GetValue(audit)
                ? [.. (await logs.ReadAuditAsync(ct)).Select(r => (When(r.Time), r.Initiator, r.Text))]
                : [.. (await logs.ReadEventsAsync(ct)).OrderBy(r => r.Time ?? DateTimeOffset.MinValue).Select(r => (When(r.Time), r.Severity, r.Text))];
            if (cli.Json(line))
            {
                JsonOutput.Write(cli.Terminal, json =>
                {
                    json.WriteStartArray();
                    foreach ((string time, string kind, string text) in entries)
                    {
                        json.WriteStartObject();
                        json.WriteString("time", time);
                        json.WriteString(line.GetValue(audit) ? "initiator" : "severity", kind);
                        json.WriteString("text", text);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
            }
            else
            {
                var table = new Table("TIME", line.GetValue(audit) ? "WHO" : "SEVERITY", "EVENT");
                foreach ((string time, string kind, string text) in entries) table.Add(time, kind, text);
                table.WriteTo(cli.Terminal.Out);
            }
            if (line.GetValue(clear)) await logs.ClearEventsAsync(ct);
            return ExitCode.Good;
        });
        return verb;
    }

    private static string When(DateTimeOffset? time) => time?.ToString("u") ?? "-";
}
