using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Netboot.Loaders;

/// <summary>Makes GRUB core images for netbooting with the user's own <c>grub-mkimage</c>, and keeps them by content: the same tools, modules and server give the same file.</summary>
/// <param name="catalog">Where the modules lie.</param>
/// <param name="cacheDirectory">Where the images are kept; made when missing.</param>
public sealed class GrubCoreImage(LoaderCatalog catalog, string cacheDirectory)
{
    // Eight machines staged at once want the same image: one makes it, seven wait a moment.
    private readonly ConcurrentDictionary<string, Lazy<Task>> _underWay = new(StringComparer.Ordinal);

    /// <summary>The image for a platform, built now if it was not yet.</summary>
    /// <param name="platform">What it runs on.</param>
    /// <param name="site">The server it fetches its configuration from; its address is inside the image, because GRUB would otherwise ask
    /// the DHCP server's address in proxy mode (seen with GRUB EFI 2.06).</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="NetbootException">The modules or the program are missing, or it failed; the message says which and what to install.</exception>
    public async Task<string> GetAsync(GrubPlatform platform, BootSite site, CancellationToken ct)
    {
        string modules = catalog.FindGrubModules(platform)
            ?? throw new NetbootException("SLP2301", $"GRUB's {platform.ModuleDirectory} modules are not on this computer; install the package {platform.Package}", false, null);
        string mkimage = LoaderCatalog.FindGrubMkimage()
            ?? throw new NetbootException("SLP2301", "grub-mkimage is not on this computer; install the package grub-common", false, null);

        string early = GrubConfig.Early(site);
        string key = Key(mkimage, modules, platform, early);
        string image = Path.Combine(cacheDirectory, $"{key}-{platform.CoreName}");
        if (File.Exists(image)) return image;

        // Whoever asks first makes it; one who gives up waiting does not stop it for the others.
        Lazy<Task> making = _underWay.GetOrAdd(image, _ => new Lazy<Task>(() => MakeAsync(platform, mkimage, modules, early, key, image)));
        try
        {
            await making.Value.WaitAsync(ct);
            return image;
        }
        finally
        {
            _underWay.TryRemove(image, out _);
        }
    }

    private async Task MakeAsync(GrubPlatform platform, string mkimage, string modules, string early, string key, string image)
    {
        Directory.CreateDirectory(cacheDirectory);
        string config = Path.Combine(cacheDirectory, $"{key}.cfg");
        string partial = Path.Combine(cacheDirectory, $"{key}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.partial");
        await File.WriteAllTextAsync(config, early);
        await RunAsync(mkimage, ["-O", platform.Format, "-d", modules, "-o", partial, "-p", "/grub", "-c", config, .. platform.Modules]);
        // Another process may have made it meanwhile: the content is the same.
        File.Move(partial, image, overwrite: true);
    }

    private static string Key(string mkimage, string modules, GrubPlatform platform, string early)
    {
        var text = new StringBuilder();
        // The kernel image stands for all modules: a distribution replaces them together.
        foreach (string file in new[] { mkimage, Path.Combine(modules, "kernel.img") })
        {
            var info = new FileInfo(file);
            text.Append(CultureInfo.InvariantCulture, $"{file} {info.Length} {info.LastWriteTimeUtc.Ticks}\n");
        }
        text.Append(platform.Format).Append('\n').AppendJoin(' ', platform.Modules).Append('\n').Append(early);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new NetbootException("SLP2302", $"{program} ended with code {process.ExitCode}: {errors.Trim()}; reinstall GRUB's packages, or force another loader", false, null);
    }
}
