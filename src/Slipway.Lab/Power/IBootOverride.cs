namespace Slipway.Lab.Power;

/// <summary>Chooses what a machine boots from, for the next boot only. Called only by the machine's own loop, one call at a time.</summary>
public interface IBootOverride
{
    /// <summary>Makes the next boot one from the network, reads it back, and says what could not be had besides (empty: nothing).</summary>
    /// <exception cref="DeviceException">It was refused, or is not there when read back.</exception>
    Task<string> SetNetworkOnceAsync(CancellationToken ct);

    /// <summary>Takes an override back that no boot has consumed.</summary>
    /// <exception cref="DeviceException">It may still be there.</exception>
    Task ClearAsync(CancellationToken ct);
}
