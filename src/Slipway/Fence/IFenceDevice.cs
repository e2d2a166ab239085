namespace Slipway.Fence;

/// <summary>What switches the plugs of the fence agent: one AMT firmware, or a lab.</summary>
internal interface IFenceDevice : IAsyncDisposable
{
    /// <summary>Proves that the device can be reached and the login is right.</summary>
    Task CheckAsync(CancellationToken ct);

    /// <summary>The plugs there are, with a name for people.</summary>
    Task<IReadOnlyList<(string Plug, string Alias)>> ListAsync(CancellationToken ct);

    /// <summary>Null when it cannot be told.</summary>
    Task<bool?> IsOnAsync(CancellationToken ct);

    /// <summary>Asks for power; that it came is seen by <see cref="IsOnAsync"/>.</summary>
    Task SwitchOnAsync(CancellationToken ct);

    /// <summary>Takes power away by force, whatever the machine is doing and whoever has a session open.</summary>
    Task SwitchOffAsync(CancellationToken ct);
}
