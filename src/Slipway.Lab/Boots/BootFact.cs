using System.Text.Json.Serialization;

namespace Slipway.Lab.Boots;

/// <summary>Something that happened to a boot: immutable, in the past tense, and able to cross to another node (no delegate, no stream).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(PowerCommanded), nameof(PowerCommanded))]
[JsonDerivedType(typeof(PowerObserved), nameof(PowerObserved))]
[JsonDerivedType(typeof(BootOverridden), nameof(BootOverridden))]
[JsonDerivedType(typeof(PowerLost), nameof(PowerLost))]
[JsonDerivedType(typeof(ConsoleGap), nameof(ConsoleGap))]
[JsonDerivedType(typeof(FirmwareAsked), nameof(FirmwareAsked))]
[JsonDerivedType(typeof(LoaderAsked), nameof(LoaderAsked))]
[JsonDerivedType(typeof(SystemAsked), nameof(SystemAsked))]
[JsonDerivedType(typeof(Offered), nameof(Offered))]
[JsonDerivedType(typeof(NotOffered), nameof(NotOffered))]
[JsonDerivedType(typeof(Leased), nameof(Leased))]
[JsonDerivedType(typeof(FileAsked), nameof(FileAsked))]
[JsonDerivedType(typeof(FileServed), nameof(FileServed))]
[JsonDerivedType(typeof(FileRefused), nameof(FileRefused))]
[JsonDerivedType(typeof(FirstConsoleByte), nameof(FirstConsoleByte))]
[JsonDerivedType(typeof(Banner), nameof(Banner))]
[JsonDerivedType(typeof(StepMet), nameof(StepMet))]
[JsonDerivedType(typeof(ResetSeen), nameof(ResetSeen))]
[JsonDerivedType(typeof(ConsoleLost), nameof(ConsoleLost))]
[JsonDerivedType(typeof(MachineVanished), nameof(MachineVanished))]
[JsonDerivedType(typeof(BuildFinished), nameof(BuildFinished))]
[JsonDerivedType(typeof(Judged), nameof(Judged))]
public abstract record BootFact;

/// <summary>Power was asked for; nothing is proved yet.</summary>
public sealed record PowerCommanded(PowerAction Action) : BootFact;

/// <summary>The power state as read back from the machine.</summary>
public sealed record PowerObserved(PowerState State) : BootFact;

/// <summary>What the machine boots from next was set, for one boot, and read back.</summary>
/// <param name="Source">In words, such as <c>network</c>.</param>
/// <param name="Note">What could not be had besides; empty when nothing.</param>
public sealed record BootOverridden(string Source, string Note) : BootFact;

/// <summary>The machine is off and nobody here switched it.</summary>
/// <param name="Evidence">What showed it.</param>
public sealed record PowerLost(string Evidence) : BootFact;

/// <summary>The console's line was lost and is back: what the machine said in between is missing from the record.</summary>
/// <param name="Seconds">How long it was away.</param>
/// <param name="Reason">Why, as far as known.</param>
public sealed record ConsoleGap(double Seconds, string Reason) : BootFact;

/// <summary>Firmware asked for an address as a network boot client: the machine is at its beginning.</summary>
/// <param name="Architecture">In words, such as <c>x86 BIOS</c> or <c>x64 UEFI</c>.</param>
/// <param name="Via">What spoke, such as <c>PXE ROM</c>, <c>iPXE ROM</c>, <c>UEFI HTTP</c>, <c>U-Boot</c>.</param>
public sealed record FirmwareAsked(string Architecture, string Via) : BootFact;

/// <summary>A loader of the chain (a chained iPXE, GRUB …) asked for an address.</summary>
public sealed record LoaderAsked(string Loader) : BootFact;

/// <summary>A booted system asked for an address: its network works.</summary>
public sealed record SystemAsked(string VendorClass) : BootFact;

/// <summary>An answer was sent.</summary>
/// <param name="File">The boot file named, empty when none.</param>
/// <param name="Reason">Why this one, in words.</param>
public sealed record Offered(string Address, string File, string Reason) : BootFact;

/// <summary>A request of this machine was seen and not answered.</summary>
public sealed record NotOffered(string Reason) : BootFact;

/// <summary>The machine took the address.</summary>
public sealed record Leased(string Address) : BootFact;

public sealed record FileAsked(string Name, TransferProtocol Protocol) : BootFact;

/// <summary>A file reached the machine whole (or the byte range it asked for).</summary>
/// <param name="Bytes">Bytes sent, each counted once.</param>
/// <param name="Milliseconds">From request to last acknowledgement.</param>
/// <param name="Retries">Blocks sent again (TFTP) or 0.</param>
/// <param name="Sha256">Of the snapshot served, lower-case hex.</param>
/// <param name="Options">Negotiated transfer options in words, empty when none.</param>
/// <param name="Role">What the file is to this boot.</param>
public sealed record FileServed(
    string Name, TransferProtocol Protocol, long Bytes, double Milliseconds, int Retries, string Sha256, string Options, FileRole Role) : BootFact;

/// <summary>A file was asked for and not given, or its transfer ended early.</summary>
/// <param name="Expected">True when the miss belongs to a good boot: loaders probe for names that do not exist.</param>
public sealed record FileRefused(string Name, TransferProtocol Protocol, string Reason, bool Expected, FileRole Role) : BootFact;

public sealed record FirstConsoleByte : BootFact;

/// <summary>A power-on banner (firmware, hypervisor or kernel) at the start of a line.</summary>
public sealed record Banner(string Text) : BootFact;

/// <summary>A step of the run was met.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Text">The line that met it, or what was sent.</param>
public sealed record StepMet(int Index, string Text) : BootFact;

/// <summary>The machine restarted.</summary>
/// <param name="Asked">True when a step of the run asked for it.</param>
/// <param name="Evidence">What showed it.</param>
public sealed record ResetSeen(bool Asked, string Evidence) : BootFact;

/// <summary>The console's transport ended although the machine should still be there.</summary>
public sealed record ConsoleLost(string Reason) : BootFact;

/// <summary>The machine itself is gone: its virtual machine's process ended.</summary>
public sealed record MachineVanished(string Reason) : BootFact;

public sealed record BuildFinished(bool Succeeded, int ExitCode, double Seconds) : BootFact;

public sealed record Judged(Verdict Verdict, string Reason) : BootFact;

[JsonConverter(typeof(JsonStringEnumConverter<TransferProtocol>))]
public enum TransferProtocol
{
    Tftp,
    Http,
}

/// <summary>What a served file is to the boot.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileRole>))]
public enum FileRole
{
    /// <summary>A boot loader or one of its own modules.</summary>
    Loader,

    /// <summary>A generated configuration.</summary>
    Configuration,

    /// <summary>The image's kernel.</summary>
    Kernel,

    /// <summary>A module, initrd or device tree of the image.</summary>
    Module,

    /// <summary>From a directory of the user's own, or nothing we know.</summary>
    Other,
}

[JsonConverter(typeof(JsonStringEnumConverter<PowerAction>))]
public enum PowerAction
{
    On,
    Off,

    /// <summary>Off, then on.</summary>
    Cycle,

    /// <summary>Reset without loss of power.</summary>
    Reset,
}

[JsonConverter(typeof(JsonStringEnumConverter<PowerState>))]
public enum PowerState
{
    /// <summary>Cannot be read back on this machine.</summary>
    Unknown,
    Off,
    On,

    /// <summary>Has power, but its processor is stopped (a paused virtual machine, a guest that panicked).</summary>
    Paused,
}

/// <summary>How a run ended (design.md §6).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    Passed,
    Failed,
    Crashed,
    Reset,
    LabFault,
    Busy,
    Timeout,
    Silent,
    Hung,
    Cancelled,
}
