using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;

namespace Slipway.Lab;

/// <summary>How the lab's facts are written as JSON, in files and to programs: camelCase names, enum members as the words the command line uses (<c>lab-fault</c>).</summary>
/// <remarks>Generated at build time: the reflection-based serializer costs tens of milliseconds at start-up.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    AllowOutOfOrderMetadataProperties = true,
    Converters =
    [
        typeof(WordConverter<Verdict>), typeof(WordConverter<RunState>), typeof(WordConverter<TransferProtocol>),
        typeof(WordConverter<FileRole>), typeof(WordConverter<PowerAction>), typeof(WordConverter<PowerState>),
    ])]
[JsonSerializable(typeof(BootFact))]
[JsonSerializable(typeof(TimelineEntry))]
[JsonSerializable(typeof(IReadOnlyList<TimelineEntry>))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(IReadOnlyList<RunRecord>))]
public sealed partial class LabJson : JsonSerializerContext;

/// <summary>Writes an enum as its words, lower case with dashes.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
