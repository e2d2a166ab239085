using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;
using Slipway.Server.Hosting;

namespace Slipway.Fence;

/// <summary>Machines of a lab, switched by whatever the lab file says. A lease does not stop a fence: the cluster knows that the node must go.</summary>
internal sealed class LabFenceDevice(LabHost host, LabDescription lab, string? plug) : IFenceDevice
{
    public Task CheckAsync(CancellationToken ct) => plug is null ? Task.CompletedTask : IsOnAsync(ct);

    public Task<IReadOnlyList<(string Plug, string Alias)>> ListAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<(string, string)>>([.. lab.Machines.Values.Select(m => (m.Name, string.Join(' ', m.Tags)))]);

    public async Task<bool?> IsOnAsync(CancellationToken ct) => await AskAsync(m => m.GetPowerAsync(ct)) switch
    {
        PowerState.Off => false,
        PowerState.Unknown => null,
        _ => true,
    };

    public Task SwitchOnAsync(CancellationToken ct)
    {
        host.PrepareNetwork([lab.Machines[Plug]]);
        return AskAsync(m => m.PowerAsync(PowerAction.On, null, ct));
    }

    public Task SwitchOffAsync(CancellationToken ct) => AskAsync(m => m.PowerAsync(PowerAction.Off, null, ct));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private string Plug => plug is not null && lab.Machines.ContainsKey(plug)
        ? plug
        : throw new FenceException(
            FenceExit.BadArguments,
            $"{(plug is null ? "no plug is given" : $"there is no machine '{plug}'")} (machines of {lab.Path}: {string.Join(", ", lab.Machines.Keys)}); set 'plug', or 'ip' for an AMT host");

    private async Task<PowerState> AskAsync(Func<Lab.Machines.Machine, Task<PowerState>> ask)
    {
        try
        {
            return await ask(host.Machine(Plug));
        }
        catch (DeviceException e)
        {
            throw new FenceException(FenceExit.ConnectionLost, e.Message, e);
        }
    }
}
