using System.Threading.Channels;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Power;

namespace Slipway.Lab.Machines;

/// <summary>How Slipway reaches one machine: what its drivers give, joined. Made once per machine and process.</summary>
public interface IMachineDriver : IAsyncDisposable
{
    /// <summary>Null when nothing switches this machine.</summary>
    IPowerControl? Power { get; }

    /// <summary>Null when the machine has no console.</summary>
    IConsoleTransport? Console { get; }

    /// <summary>Null when the machine has no screen.</summary>
    IMachineScreen? Screen { get; }

    /// <summary>Null when the machine boots as its BIOS is set.</summary>
    IBootOverride? BootOverride { get; }

    /// <summary>What the driver saw of the machine by itself (power lost, a gap in the console), bounded; null when it sees nothing. One reader: the boot that goes on.</summary>
    ChannelReader<BootFact>? Facts { get; }

    /// <summary>Completes with a reason when the machine is seen to be gone for good without having been asked to (a virtual machine's process died); otherwise never.</summary>
    Task<string> Vanished { get; }
}
