namespace Slipway.Sim.Amt.Hosts;

/// <summary>Which device gets which <c>bootindex</c> for one boot. Pure.</summary>
/// <remarks>The bootindex of a device can be set while QEMU runs; the firmware sees it after the next reset (it is written into fw_cfg then).</remarks>
internal static class QemuBootOrder
{
    /// <summary>QEMU's bootindex for "not booted from".</summary>
    public const int None = -1;

    /// <summary>The devices in the order in which they are tried; empty = the firmware finds nothing and stays where it is.</summary>
    public static IReadOnlyList<string> Order(HostBootSource source, bool hasDisk, bool hasNic)
    {
        List<string> order = [];
        if (hasDisk) order.Add(QemuArguments.DiskId);
        order.Add(QemuArguments.CdId);
        // Without a disk a lab's PC boots from the network; a CD left in its drive is the second choice.
        if (hasNic) order.Insert(hasDisk ? order.Count : 0, QemuArguments.NicId);
        string? first = source switch
        {
            HostBootSource.Network => QemuArguments.NicId,
            HostBootSource.Disk => QemuArguments.DiskId,
            HostBootSource.Cd => QemuArguments.CdId,
            _ => null,
        };
        if (source == HostBootSource.BiosSetup) return [];
        // A source this PC has not: its order stays, as a BIOS does that cannot find what it is told.
        if (first is not null && order.Remove(first)) order.Insert(0, first);
        return order;
    }

    /// <summary>All devices there are.</summary>
    public static IReadOnlyList<string> Devices(bool hasDisk, bool hasNic) => Order(HostBootSource.Default, hasDisk, hasNic);
}
