namespace Slipway.Output;

/// <summary>What <c>slipway</c> exits with (design.md §6).</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>The kernel's own failure: failed, crashed, reset.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or a wrong lab file; nothing was touched.</summary>
    public const int Usage = 2;

    public const int LabFault = 3;

    /// <summary>The machine is leased to somebody else.</summary>
    public const int Busy = 4;

    public const int NotAllowed = 5;

    /// <summary>As timeout(1) has it.</summary>
    public const int Timeout = 124;

    /// <summary>128 + SIGINT.</summary>
    public const int Cancelled = 130;
}
