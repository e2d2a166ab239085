using System.Threading.Channels;
using Slipway.Drivers.Command;
using Slipway.Drivers.Qemu;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Machines;
using Slipway.Lab.Power;
using Slipway.LabFile;

namespace Slipway.Drivers;

/// <summary>Makes the drivers a machine's description names.</summary>
public static class MachineDrivers
{
    /// <param name="machine">The machine.</param>
    /// <param name="runtimeDirectory">The lab's runtime directory.</param>
    /// <param name="time">Clock.</param>
    public static IMachineDriver Create(MachineDescription machine, string runtimeDirectory, TimeProvider time) =>
        machine.Qemu is not null
            ? new QemuMachine(machine, runtimeDirectory, time)
            : new JoinedDriver(
                machine.Power is { } power ? new CommandPower(machine.Name, power, time) : null,
                machine.Console is { } console ? new CommandConsole(machine.Name, console) : null);

    // Power from one place, console from another; nothing watches such a machine for being gone.
    private sealed class JoinedDriver(IPowerControl? power, IConsoleTransport? console) : IMachineDriver
    {
        public IPowerControl? Power => power;

        public IConsoleTransport? Console => console;

        public IMachineScreen? Screen => null;

        public IBootOverride? BootOverride => null;

        public ChannelReader<BootFact>? Facts => null;

        public Task<string> Vanished { get; } = new TaskCompletionSource<string>().Task;

        public ValueTask DisposeAsync() => console?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
