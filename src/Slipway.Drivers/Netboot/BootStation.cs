using Slipway.Lab.Boots;
using Slipway.Netboot.Loaders;

namespace Slipway.Drivers.Netboot;

/// <summary>What one MAC is to boot, and how far it has come. The servers' threads take turns by its lock, each for microseconds.</summary>
internal sealed class BootStation(BootImage image, IReadOnlyList<LoaderProgram> forced, Timeline timeline)
{
    private readonly Dictionary<GrubPlatform, string> _grubCores = [];

    public Lock Gate { get; } = new();

    public BootImage Image { get; } = image;

    public IReadOnlyList<LoaderProgram> Forced { get; } = forced;

    public Timeline Timeline { get; } = timeline;

    /// <summary>Null until the firmware has asked.</summary>
    public BootProgress? Progress { get; set; }

    /// <summary>The last refusal that was reported, so that a firmware's repeats do not fill the timeline.</summary>
    public string LastRefusal { get; set; } = "";

    /// <summary>Which asking was told of last, for the same reason: round and fingerprint.</summary>
    public (int Round, string Fingerprint) LastTold { get; set; }

    /// <summary>The asking whose offer was told of last.</summary>
    public (int Round, string Fingerprint) LastOffered { get; set; }

    public string? GrubCore(GrubPlatform platform) => _grubCores.GetValueOrDefault(platform);

    public void SetGrubCore(GrubPlatform platform, string path) => _grubCores[platform] = path;
}
