namespace Slipway.Lab.Runs;

/// <summary>The names of what a run keeps in its directory.</summary>
public static class RunDirectory
{
    /// <summary>The <see cref="RunRecord"/>, written by the store once the run is over.</summary>
    public const string Record = "run.json";

    /// <summary>The console's bytes, exactly as they came.</summary>
    public const string Console = "console.raw";

    /// <summary>Offset and time of the console's bytes, beside them.</summary>
    public const string ConsoleIndex = "console.index";

    /// <summary>The boot's timeline, a JSON array.</summary>
    public const string Timeline = "timeline.json";

    /// <summary>What the build command printed.</summary>
    public const string BuildLog = "build.log";

    /// <summary>The test cases of the console's reports.</summary>
    public const string JUnit = "junit.xml";

    /// <summary>What was served, byte counts and digests.</summary>
    public const string Served = "served.json";

    /// <summary>The screen at the end, if the machine has one.</summary>
    public const string Screen = "screen.png";

    /// <summary>Directory of the files the run's <c>artifacts:</c> patterns chose.</summary>
    public const string Artifacts = "artifacts";
}
