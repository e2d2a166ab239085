using Slipway.LabFile;

namespace Slipway.Lab.Boots;

/// <summary>The servers a machine boots from, as the lab uses them: told what to give, they report into the boot's timeline.</summary>
public interface IBootServices
{
    /// <summary>Makes ready what the machine's next boot will ask for; from here on its requests are answered with this image and recorded in <paramref name="timeline"/>.</summary>
    /// <exception cref="DeviceException">A loader is missing, or none can boot this image on this machine.</exception>
    Task StageAsync(MachineDescription machine, ImageDescription image, Timeline timeline, CancellationToken ct);

    /// <summary>Forgets what <see cref="StageAsync"/> made ready; later requests of the machine get an address at most.</summary>
    void Clear(MachineDescription machine);
}
