using Slipway.Lab.Boots;

namespace Slipway.Lab.Power;

/// <summary>How a machine is switched. Fulfilled by a driver; called only by the machine's own loop, one call at a time.</summary>
/// <remarks>Every call that changes something returns the state as read back afterwards, or <see cref="PowerState.Unknown"/> where it cannot be read.
/// Trouble is a <see cref="DeviceException"/>.</remarks>
public interface IPowerControl
{
    /// <summary>What this driver can do on this machine; asked for before it is tried.</summary>
    IReadOnlySet<PowerAction> Possible { get; }

    Task<PowerState> GetStateAsync(CancellationToken ct);

    Task<PowerState> ApplyAsync(PowerAction action, CancellationToken ct);
}
