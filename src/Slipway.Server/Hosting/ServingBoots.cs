using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;

namespace Slipway.Server.Hosting;

/// <summary>Boot services whose ports are still being opened: staging waits for them, so that no machine is switched on before it can be answered.</summary>
internal sealed class ServingBoots(IBootServices boots, Task serving) : IBootServices
{
    public async Task StageAsync(MachineDescription machine, ImageDescription image, Timeline timeline, CancellationToken ct)
    {
        try
        {
            await serving.WaitAsync(ct);
        }
        catch (Exception e) when (e is not (OperationCanceledException or DeviceException))
        {
            throw new DeviceException("SLP2303", $"the boot servers could not be started: {e.Message}", e);
        }
        await boots.StageAsync(machine, image, timeline, ct);
    }

    public void Clear(MachineDescription machine) => boots.Clear(machine);
}
