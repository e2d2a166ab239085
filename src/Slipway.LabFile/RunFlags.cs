namespace Slipway.LabFile;

/// <summary>A run as the command line says it. Texts are as the shell gave them: no variables are replaced in them.</summary>
public sealed record RunFlags
{
    /// <summary>Null = made from the kernel's or image's name.</summary>
    public string? Name { get; init; }

    public string? Machine { get; init; }

    /// <summary>Tags; instead of <see cref="Machine"/>.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>An image of the lab; not together with <see cref="Kernel"/>. Both null = the machine's own image.</summary>
    public string? Image { get; init; }

    /// <summary>A kernel file, relative to the current directory.</summary>
    public string? Kernel { get; init; }

    /// <summary>Null = told from the kernel file's content (<see cref="KernelProbe"/>).</summary>
    public string? Protocol { get; init; }

    public string? Args { get; init; }

    public IReadOnlyList<string> Initrd { get; init; } = [];

    /// <summary>Each <c>file args…</c>.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    public string? DeviceTree { get; init; }

    public IReadOnlyList<string> Loader { get; init; } = [];

    /// <summary>Patterns to be met in order.</summary>
    public IReadOnlyList<string> Expect { get; init; } = [];

    /// <summary>For each of <see cref="Expect"/>; without any, for the run as a whole. Null = the run file's defaults.</summary>
    public string? Within { get; init; }

    public string? Silence { get; init; }

    public IReadOnlyList<string> Crash { get; init; } = [];

    public IReadOnlyList<string> Fail { get; init; } = [];

    public string? After { get; init; }

    public string? Reports { get; init; }

    /// <summary>How often a run that ended as lab-fault is tried again.</summary>
    public string? Retry { get; init; }

    public IReadOnlyList<string> Artifacts { get; init; } = [];
}
