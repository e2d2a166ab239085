using Slipway.Lab.Boots;

namespace Slipway.Lab.Runs;

/// <summary>What has been seen of one boot, for telling the kernel's trouble from the lab's, and a restart from a start.</summary>
internal sealed class BootEvidence
{
    private readonly HashSet<string> _banners = new(StringComparer.Ordinal);
    private bool _kernelServed;
    private bool _kernelSpoke;

    /// <summary>A firmware asked for an address since power-on.</summary>
    public bool FirmwareAsked { get; set; }

    /// <summary>Restarts that the run asked for and that have not been seen yet.</summary>
    public int AskedResets { get; set; }

    /// <summary>The last file that reached the machine; empty when none did.</summary>
    public string LastFile { get; private set; } = "";

    /// <summary>When the kernel said something last; null while it has said nothing. Bytes from before the last file of the image are a loader's.</summary>
    public TimeSpan? LastKernelByte { get; private set; }

    /// <summary>Between a restart and the kernel's next start: further signs belong to the same restart.</summary>
    public bool IsRestarting { get; private set; }

    /// <summary>The kernel was handed over, as far as can be seen.</summary>
    public bool KernelRan => _kernelServed || _kernelSpoke;

    /// <summary>Whether firmware asking for an address now means that the machine started over.</summary>
    public bool IsRestart => KernelRan || (FirmwareAsked && LastFile.Length > 0);

    public void SawBytes(TimeSpan at)
    {
        if (KernelRan && !IsRestarting) LastKernelByte = at;
    }

    public void KernelSpoke(TimeSpan at)
    {
        _kernelSpoke = true;
        IsRestarting = false;
        LastKernelByte = at;
    }

    public void Served(FileServed file, TimeSpan at)
    {
        // A HEAD or an empty answer is no file in the machine's memory.
        if (file.Bytes == 0) return;
        LastFile = file.Name;
        if (file.Role is not (FileRole.Kernel or FileRole.Module)) return;
        if (file.Role == FileRole.Kernel)
        {
            _kernelServed = true;
            IsRestarting = false;
        }
        // What was printed up to here came from a loader.
        if (!_kernelSpoke) LastKernelByte = null;
    }

    /// <summary>Notes a banner; true when it shows that the machine started over.</summary>
    public bool SawBanner((string Kind, BannerOrigin Origin) banner)
    {
        if (IsRestarting) return false;
        return banner.Origin switch
        {
            // Firmware may print its banner more than once in a cold start: it only counts once the kernel has had its turn.
            BannerOrigin.Firmware => KernelRan,
            // 'dmesg' prints a kernel's banner again. A machine that boots over the network shows a restart by asking for an address.
            BannerOrigin.Kernel => !_banners.Add(banner.Kind) && !FirmwareAsked,
            _ => !_banners.Add(banner.Kind),
        };
    }

    /// <summary>Starts over.</summary>
    public void BeginRestart(bool isAsked)
    {
        if (isAsked) AskedResets--;
        IsRestarting = true;
        _kernelServed = false;
        _kernelSpoke = false;
        LastKernelByte = null;
        LastFile = "";
        _banners.Clear();
    }

    /// <summary>Why the kernel never had its chance; null when it had.</summary>
    public string? FaultOfTheLab()
    {
        if (KernelRan) return null;
        if (!FirmwareAsked)
            return "the machine never asked for an address (is it on, is the cable in, does it boot from the network first, is it on this interface?)";
        return LastFile.Length == 0
            ? "the machine asked for an address, but never for a file (TFTP never asked: another DHCP server, a firewall on UDP 69, or a firmware that refused the offer)"
            : $"{LastFile} was served, and then no kernel was asked for (the loader is stuck: look at its screen or console)";
    }
}
