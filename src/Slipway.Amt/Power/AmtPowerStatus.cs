namespace Slipway.Amt.Power;

/// <summary>What the machine is, as far as it matters to its user.</summary>
public enum AmtPowerState
{
    Unknown,
    On,

    /// <summary>S3: memory lives.</summary>
    Sleep,

    /// <summary>S4.</summary>
    Hibernate,

    /// <summary>S5, or without power but for the firmware.</summary>
    Off,
}

/// <summary>What RequestPowerStateChange can be asked for; the numbers are DSP1027's and CIM's.</summary>
public enum AmtPowerRequest
{
    On = 2,

    /// <summary>S3, by the vendor's service in the operating system.</summary>
    Sleep = 4,

    /// <summary>Off and on again.</summary>
    CycleOff = 5,

    /// <summary>S4, by the vendor's service in the operating system.</summary>
    Hibernate = 7,

    /// <summary>Off by force.</summary>
    Off = 8,

    /// <summary>Master bus reset, without loss of power.</summary>
    Reset = 10,

    /// <summary>A non-maskable interrupt.</summary>
    Interrupt = 11,

    /// <summary>By the vendor's service in the operating system.</summary>
    OffGraceful = 12,

    /// <summary>By the vendor's service in the operating system.</summary>
    ResetGraceful = 14,
}

/// <summary>The power state as it was read.</summary>
/// <param name="State">In four words.</param>
/// <param name="RawState">CIM_AssociatedPowerManagementService.PowerState.</param>
/// <param name="Available">What can be asked for from here: the firmware's own list, or what follows from the state where it tells none.</param>
/// <param name="IsIdle">The operating system is in its power-saving idle (S0ix): on, and deaf until it is woken.</param>
public sealed record AmtPowerStatus(AmtPowerState State, int RawState, IReadOnlyList<AmtPowerRequest> Available, bool IsIdle);
