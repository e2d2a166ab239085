using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Lab.Boots;

/// <summary>One timeline entry as one flat object: <c>{ "at": 1.25, "wall": "…", "event": "Leased", "address": "…" }</c>.</summary>
internal sealed class TimelineEntryConverter : JsonConverter<TimelineEntry>
{
    /// <summary>Seconds since the boot's beginning, to the microsecond.</summary>
    private const string At = "at";

    /// <summary>ISO 8601.</summary>
    private const string Wall = "wall";

    public override void Write(Utf8JsonWriter writer, TimelineEntry value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber(At, Math.Round(value.At.TotalSeconds, 6));
        writer.WriteString(Wall, value.Wall);
        foreach (JsonProperty property in JsonSerializer.SerializeToElement(value.Fact, LabJson.Default.BootFact).EnumerateObject())
            property.WriteTo(writer);
        writer.WriteEndObject();
    }

    public override TimelineEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement entry = JsonElement.ParseValue(ref reader);
        if (!entry.TryGetProperty(At, out JsonElement at) || !entry.TryGetProperty(Wall, out JsonElement wall))
            throw new JsonException($"a timeline entry needs '{At}' and '{Wall}'");

        BootFact fact = entry.Deserialize(LabJson.Default.BootFact) ?? throw new JsonException("a timeline entry is null");
        long microseconds = (long)Math.Round(at.GetDouble() * 1e6);
        return new TimelineEntry(TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond), wall.GetDateTimeOffset(), fact);
    }
}
