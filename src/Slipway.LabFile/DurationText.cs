using Slipway.LabFile.Values;

namespace Slipway.LabFile;

/// <summary>Durations as files and command lines write them: <c>500ms</c>, <c>30s</c>, <c>1h30m</c>.</summary>
public static class DurationText
{
    /// <summary>Null when it is none.</summary>
    public static TimeSpan? TryRead(string text) => Units.TryDuration(text);
}
