using Slipway.Netboot.Pxe;

namespace Slipway.Netboot.Loaders;

/// <summary>How far one boot of one machine has come through its loaders. Immutable; a new one replaces the old after each request.</summary>
/// <param name="Chain">Chosen when the firmware asked first.</param>
/// <param name="FirmwareFingerprint">What the firmware looked like then; the same again means the machine started over.</param>
/// <param name="Rounds">How often the firmware has started, from 1.</param>
public sealed record BootProgress(BootChain Chain, string FirmwareFingerprint, int Rounds)
{
    /// <summary>Who asked last: gPXE reads another script than iPXE.</summary>
    public ClientKind Asker { get; init; }

    /// <summary>Set once a file of this round was handed out: from then on the firmware asking for an address anew is a new round.</summary>
    public bool FileTaken { get; init; }
}

/// <summary>What a client is, seen from the boot it belongs to.</summary>
public enum ClientStage
{
    /// <summary>Firmware at the beginning (or again at the beginning).</summary>
    Firmware,

    /// <summary>A loader that we handed out earlier in this boot.</summary>
    Loader,

    /// <summary>The booted system.</summary>
    System,
}

/// <summary>The policy's answer: what to offer, why, and what to remember.</summary>
/// <param name="Stage">Who asks.</param>
/// <param name="File">Boot file name or URL; empty = an address only.</param>
/// <param name="Reason">In words.</param>
/// <param name="Progress">To be kept for this machine; null when nothing is known yet.</param>
/// <param name="IsRefusal">True when the image cannot be booted on this client: <paramref name="Reason"/> says why.</param>
public sealed record BootDecision(ClientStage Stage, string File, string Reason, BootProgress? Progress, bool IsRefusal = false);

/// <summary>The boot policy of design.md §5: a pure function of the image, the client's identity and what this boot was already given.</summary>
public static class BootPolicy
{
    public static BootDecision Decide(
        BootImage? image, IReadOnlyList<LoaderProgram> forced, BootClient client, BootProgress? progress, LoaderCatalog catalog, BootSite site)
    {
        if (client.Kind == ClientKind.System)
            return new BootDecision(ClientStage.System, "", $"'{client.VendorClass}' is a booted system: an address only", progress);
        if (image is null)
            return new BootDecision(ClientStage.Firmware, "", "no image is assigned to this machine: an address only", progress);

        if (progress is not null && client.Fingerprint != progress.FirmwareFingerprint && AsLoader(client, progress.Chain) is { } loader)
            return new BootDecision(ClientStage.Loader, OfferToLoader(loader, site), $"{loader.Spelt()}, handed out earlier in this boot, asks for its own address", progress! with { Asker = client.Kind });

        bool startsOver = progress is null || (progress.FileTaken && client.BeginsAttempt) || client.Fingerprint != progress.FirmwareFingerprint;
        if (!startsOver) return Start(progress!, client, site);

        if (!ChainPlanner.TryPlan(client, image, forced, catalog, site, out BootChain chain, out string refusal))
            return new BootDecision(ClientStage.Firmware, "", refusal, progress, IsRefusal: true);
        return Start(new BootProgress(chain, client.Fingerprint, (progress?.Rounds ?? 0) + 1) { Asker = client.Kind }, client, site);
    }

    // A chained loader asks under another fingerprint than the firmware. What it asks for is the next link, never the file that started it: no loop.
    private static LoaderProgram? AsLoader(BootClient client, BootChain chain) => client.Kind switch
    {
        ClientKind.Ipxe or ClientKind.Gpxe when chain.Has(LoaderProgram.Ipxe) => LoaderProgram.Ipxe,
        ClientKind.Grub when chain.Has(LoaderProgram.Grub) => LoaderProgram.Grub,
        // U-Boot's EFI stage, which comes after its own script failed: nothing more to give than the same chain.
        ClientKind.Pxe when chain.Has(LoaderProgram.UBoot) => LoaderProgram.UBoot,
        _ => null,
    };

    private static string OfferToLoader(LoaderProgram loader, BootSite site) => loader == LoaderProgram.Ipxe ? site.Url(IpxeScript.FileName) : "";

    private static BootDecision Start(BootProgress progress, BootClient client, BootSite site)
    {
        BootChain chain = progress.Chain;
        string file = chain.Loaders[0] switch
        {
            LoaderProgram.Pxelinux => "pxelinux.0",
            LoaderProgram.Ipxe when client.Kind is ClientKind.Ipxe => site.Url(IpxeScript.FileName),
            LoaderProgram.Ipxe when client.Kind is ClientKind.Gpxe => $"tftp://{site.Server}/{IpxeScript.FileName}",
            LoaderProgram.Ipxe when chain.Platform == ClientPlatform.X86Bios => "undionly.kpxe",
            LoaderProgram.Ipxe => "ipxe.efi",
            LoaderProgram.Grub => GrubPlatform.For(chain.Platform)!.CoreName,
            _ => UBootScript.FileName,
        };
        if (client.Kind == ClientKind.UefiHttp && !file.Contains("://", StringComparison.Ordinal))
        {
            if (!site.HasHttp)
                return new BootDecision(ClientStage.Firmware, "", "this firmware boots over HTTP only and the lab serves none (network.http is 0)", progress, IsRefusal: true);
            file = site.Url(file);
        }
        string again = progress.Rounds > 1 ? $"start {progress.Rounds}: " : "";
        return new BootDecision(ClientStage.Firmware, file, again + chain.Reason, progress);
    }
}
