using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Runs;

namespace Slipway.Output;

/// <summary>Shows a run while it goes: the console as it comes, and the timeline between its lines.</summary>
/// <param name="output">Where to; shared by the followers of a suite that runs several machines at once.</param>
/// <param name="prefix">Put before every line when several runs share the output; empty when one has it to itself.</param>
/// <param name="jsonMachine">Not null: timeline entries as JSON objects, one a line, each with this machine's name, and no console: for programs.</param>
internal sealed class RunFollower(LiveOutput output, string prefix, string? jsonMachine = null)
{
    public async Task FollowAsync(ChannelReader<RunEvent> events, CancellationToken ct)
    {
        var readers = new List<Task>();
        await foreach (RunEvent e in events.ReadAllAsync(ct))
        {
            switch (e)
            {
                case RunEvent.Created created:
                    output.Note(prefix, $"run {created.Run.Id}: {created.Run.Name}, image {created.Run.Image} on machine {created.Run.Machine}");
                    break;
                case RunEvent.BuildSaid build:
                    output.Text(prefix, build.Line + "\n");
                    break;
                case RunEvent.Notice notice:
                    output.Note(prefix, notice.Text);
                    break;
                case RunEvent.BootBegan boot:
                    if (boot.Attempt > 1) output.Note(prefix, $"attempt {boot.Attempt}");
                    readers.Add(FollowTimelineAsync(boot.Timeline, ct));
                    if (boot.Journal is { } journal) readers.Add(FollowConsoleAsync(journal, ct));
                    break;
                case RunEvent.BootEnded:
                    await Task.WhenAll(readers);
                    readers.Clear();
                    break;
            }
        }
        await Task.WhenAll(readers);
    }

    /// <summary>Shows a timeline until it is judged or <paramref name="ct"/> ends it.</summary>
    public async Task FollowTimelineAsync(Timeline timeline, CancellationToken ct)
    {
        for (int next = 0; ;)
        {
            await timeline.WaitForAsync(next, ct);
            foreach (TimelineEntry entry in timeline.From(next))
            {
                next++;
                if (jsonMachine is not null) output.Text("", JsonLine(jsonMachine, entry));
                else output.Note(prefix, FactText.Line(entry));
                if (entry.Fact is Judged) return;
            }
        }
    }

    /// <summary>Shows a console until its journal is closed.</summary>
    public async Task FollowConsoleAsync(ConsoleJournal journal, CancellationToken ct)
    {
        if (jsonMachine is not null) return;
        byte[] buffer = new byte[16 * 1024];
        char[] text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        Decoder decoder = Encoding.UTF8.GetDecoder();
        long offset = 0;
        for (int read; (read = await journal.ReadAsync(offset, buffer, ct)) > 0;)
        {
            offset += read;
            int chars = decoder.GetChars(buffer.AsSpan(0, read), text, flush: false);
            output.Text(prefix, new string(text, 0, chars));
        }
    }

    private static string JsonLine(string machine, TimelineEntry entry)
    {
        using JsonDocument fact = JsonSerializer.SerializeToDocument(entry, LabJson.Default.TimelineEntry);
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("machine", machine);
            foreach (JsonProperty property in fact.RootElement.EnumerateObject()) property.WriteTo(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length) + "\n";
    }
}
