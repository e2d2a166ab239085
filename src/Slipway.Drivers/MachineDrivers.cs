using System.Threading.Channels;
using Slipway.Amt;
using Slipway.Drivers.Amt;
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
    /// <param name="amtHosts">What earlier contacts with AMT hosts found.</param>
    /// <param name="time">Clock.</param>
    public static IMachineDriver Create(MachineDescription machine, string runtimeDirectory, IAmtHostMemory amtHosts, TimeProvider time)
    {
        // Beside 'amt', 'qemu' describes what is behind a simulated firmware: the machine is reached like any other with AMT.
        if (machine.Qemu is not null && machine.Amt is null) return new QemuMachine(machine, runtimeDirectory, time);
        IPowerControl? power = machine.Power is { } switched ? new CommandPower(machine.Name, switched, time) : null;
        IConsoleTransport? console = machine.Console is { } line ? new CommandConsole(machine.Name, line) : null;
        AmtMachine? amt = machine.Amt is not null ? new AmtMachine(machine, amtHosts, time) : null;
        return amt is not null && power is null && console is null ? amt : new JoinedDriver(amt, power, console);
    }

    // Power from one place, console from another; what they do not give, AMT does.
    private sealed class JoinedDriver(AmtMachine? amt, IPowerControl? power, IConsoleTransport? console) : IMachineDriver
    {
        public IPowerControl? Power => power ?? amt;

        public IConsoleTransport? Console => console ?? amt?.Console;

        public IMachineScreen? Screen => amt?.Screen;

        public IBootOverride? BootOverride => amt?.BootOverride;

        public ChannelReader<BootFact>? Facts => amt?.Facts;

        public Task<string> Vanished { get; } = new TaskCompletionSource<string>().Task;

        public async ValueTask DisposeAsync()
        {
            if (console is not null) await console.DisposeAsync();
            if (amt is not null) await amt.DisposeAsync();
        }
    }
}
