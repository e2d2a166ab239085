using Slipway.LabFile;

namespace Slipway.Drivers.VirtualNetwork;

/// <summary>The end of the virtual network that one virtual machine is plugged into: a TAP device, or a relay of frames where there is none.</summary>
/// <param name="machine">The machine; its MAC names the port.</param>
/// <param name="relaySocket">Path of the relay's own unix socket.</param>
/// <param name="machineSocket">Path of QEMU's unix socket towards the relay.</param>
public sealed class MachinePort(MachineDescription machine, string relaySocket, string machineSocket) : IDisposable
{
    private FrameRelay? _relay;

    /// <summary>QEMU's <c>-netdev</c> for id <c>n0</c>.</summary>
    public string Netdev => VirtualNetwork.HasTap
        ? $"tap,id=n0,ifname={VirtualNetwork.TapName(machine)},script=no,downscript=no"
        : $"dgram,id=n0,local.type=unix,local.path={machineSocket},remote.type=unix,remote.path={relaySocket}";

    /// <summary>Makes the port, before QEMU is started.</summary>
    public void Plug()
    {
        if (VirtualNetwork.HasTap)
        {
            VirtualNetwork.AddTap(VirtualNetwork.TapName(machine));
            return;
        }
        VirtualNetwork.AddPair(InterfaceName("b"), InterfaceName("r"));
        Attach();
    }

    /// <summary>Carries the frames of a machine whose port is there already.</summary>
    public void Attach()
    {
        if (VirtualNetwork.HasTap || _relay is not null) return;
        _relay = new FrameRelay(InterfaceName("r"), relaySocket, machineSocket);
    }

    public void Dispose() => _relay?.Dispose();

    private string InterfaceName(string prefix) => prefix + "-" + Convert.ToHexStringLower(machine.Mac.GetAddressBytes());
}
