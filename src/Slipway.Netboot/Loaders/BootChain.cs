namespace Slipway.Netboot.Loaders;

/// <summary>The loaders a machine goes through, from what its firmware is given to the one that starts the kernel.</summary>
/// <param name="Platform">The firmware's platform.</param>
/// <param name="Loaders">In order; never empty.</param>
/// <param name="Reason">Why this chain, in words.</param>
public sealed record BootChain(ClientPlatform Platform, IReadOnlyList<LoaderProgram> Loaders, string Reason)
{
    public bool Has(LoaderProgram loader) => Loaders.Contains(loader);

    /// <summary>What <paramref name="loader"/> starts; null when it starts the kernel.</summary>
    public LoaderProgram? After(LoaderProgram loader)
    {
        for (int i = 0; i + 1 < Loaders.Count; i++)
            if (Loaders[i] == loader) return Loaders[i + 1];
        return null;
    }

    public override string ToString() => string.Join(" → ", Loaders.Select(l => l.Spelt()));
}
