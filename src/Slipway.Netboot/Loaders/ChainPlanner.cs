using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Loaders;

/// <summary>Chooses the loaders for a client and an image. Pure, apart from looking which loaders this computer has.</summary>
public static class ChainPlanner
{
    /// <summary>iPXE cuts the strings of a multiboot image to this many bytes, all together.</summary>
    public const int IpxeMultibootStringBytes = 512;

    /// <summary>The shortest chain that can boot the image on that client, or the one that is forced.</summary>
    /// <param name="client">The firmware that asks.</param>
    /// <param name="image">What to boot.</param>
    /// <param name="forced">Loaders the lab file insists on; empty = choose.</param>
    /// <param name="catalog">Which loaders there are.</param>
    /// <param name="site">Our servers.</param>
    /// <param name="chain">The chain found.</param>
    /// <param name="refusal">Why there is none, in words that say what to do.</param>
    public static bool TryPlan(
        BootClient client, BootImage image, IReadOnlyList<LoaderProgram> forced, LoaderCatalog catalog, BootSite site,
        out BootChain chain, out string refusal)
    {
        ClientPlatform platform = ClientPlatforms.Of(client);
        chain = null!;
        if (platform == ClientPlatform.Unsupported)
        {
            refusal = $"the client says it is architecture {(ushort)client.Architecture!.Value}, and Slipway has no loader for that";
            return false;
        }

        if (forced.Count > 0)
        {
            chain = new BootChain(platform, forced, $"{Join(forced)} is what the lab file asks for");
            refusal = Obstacle(chain, client, image, catalog) ?? "";
            return refusal.Length == 0;
        }

        var obstacles = new List<string>();
        foreach (LoaderProgram loader in Candidates(platform, client, image, site))
        {
            chain = new BootChain(platform, [loader], $"{loader.Spelt()} is the shortest way to a {Spelt(image.Protocol)} kernel on {platform.Spelt()}");
            if (Obstacle(chain, client, image, catalog) is not { } obstacle)
            {
                refusal = "";
                return true;
            }
            obstacles.Add(obstacle);
        }
        refusal = obstacles.Count > 0
            ? string.Join("; ", obstacles.Distinct())
            : $"no loader starts a {Spelt(image.Protocol)} kernel on {platform.Spelt()}";
        return false;
    }

    // Best first. Every candidate is one loader long; longer chains are only ever asked for.
    private static IEnumerable<LoaderProgram> Candidates(ClientPlatform platform, BootClient client, BootImage image, BootSite site)
    {
        var order = new List<LoaderProgram>();
        switch (platform)
        {
            case ClientPlatform.Arm32UBoot or ClientPlatform.Arm64UBoot:
                order.Add(LoaderProgram.UBoot);
                break;
            // An iPXE in the ROM needs no further loader at all.
            case ClientPlatform.X86Bios when client.Kind == ClientKind.Ipxe:
                if (image.Protocol != ImageProtocol.Multiboot || IpxeStringBytes(image, site) <= IpxeMultibootStringBytes) order.Add(LoaderProgram.Ipxe);
                order.AddRange([LoaderProgram.Pxelinux, LoaderProgram.Grub]);
                break;
            case ClientPlatform.X86Bios:
                order.AddRange([LoaderProgram.Pxelinux, LoaderProgram.Grub]);
                break;
            // iPXE fetches over HTTP where GRUB's TFTP takes a round trip for every 1,024 bytes.
            default:
                order.AddRange([LoaderProgram.Ipxe, LoaderProgram.Grub]);
                break;
        }
        return order.Where(loader => loader.CanBoot(image.Protocol, platform) && (loader != LoaderProgram.Ipxe || IpxeScript.CanCarry(image)));
    }

    private static string? Obstacle(BootChain chain, BootClient client, BootImage image, LoaderCatalog catalog)
    {
        LoaderProgram last = chain.Loaders[^1];
        if (!last.CanBoot(image.Protocol, chain.Platform))
            return $"{last.Spelt()} cannot start a {Spelt(image.Protocol)} kernel on {chain.Platform.Spelt()}";

        for (int i = 0; i < chain.Loaders.Count; i++)
        {
            LoaderProgram loader = chain.Loaders[i];
            if (i > 0 && !CanChain(chain.Loaders[i - 1], loader, chain.Platform))
                return $"{chain.Loaders[i - 1].Spelt()} cannot start {loader.Spelt()} on {chain.Platform.Spelt()}";
            if (i == 0 && loader == LoaderProgram.UBoot != chain.Platform is ClientPlatform.Arm32UBoot or ClientPlatform.Arm64UBoot)
                return $"{chain.Platform.Spelt()} cannot start {loader.Spelt()}";
            if (i == 0 && loader == LoaderProgram.Pxelinux && chain.Platform != ClientPlatform.X86Bios)
                return $"PXELINUX runs on BIOS machines only, and this is {chain.Platform.Spelt()}";

            bool fromRom = i == 0 && client.Kind == ClientKind.Ipxe && loader == LoaderProgram.Ipxe;
            if (fromRom) continue;
            bool fromPxelinux = i > 0 && chain.Loaders[i - 1] == LoaderProgram.Pxelinux;
            ImageProtocol protocol = i == chain.Loaders.Count - 1 ? image.Protocol : ImageProtocol.Linux;
            IReadOnlyList<MissingLoader> missing = catalog.Missing(loader, chain.Platform, protocol, fromPxelinux);
            if (missing.Count > 0) return $"loader missing on this computer: {string.Join(", ", missing)}";
        }
        return null;
    }

    private static bool CanChain(LoaderProgram from, LoaderProgram to, ClientPlatform platform) => (from, to) switch
    {
        (LoaderProgram.Pxelinux, LoaderProgram.Ipxe or LoaderProgram.Grub) => platform == ClientPlatform.X86Bios,
        (LoaderProgram.Ipxe, LoaderProgram.Pxelinux) => platform == ClientPlatform.X86Bios,
        (LoaderProgram.Ipxe, LoaderProgram.Grub) => GrubPlatform.For(platform) is not null,
        _ => false,
    };

    private static int IpxeStringBytes(BootImage image, BootSite site) =>
        image.Modules.Append(image.Kernel).Sum(f => site.Url(f.ServedName).Length + 1 + f.Args.Length + 1);

    private static string Join(IReadOnlyList<LoaderProgram> loaders) => string.Join(" → ", loaders.Select(l => l.Spelt()));

    internal static string Spelt(ImageProtocol protocol) => protocol switch
    {
        ImageProtocol.Linux => "Linux",
        ImageProtocol.Multiboot => "multiboot 1",
        _ => "multiboot 2",
    };
}
