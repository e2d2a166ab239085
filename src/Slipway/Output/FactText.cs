using Slipway.Lab;
using Slipway.Lab.Boots;

namespace Slipway.Output;

/// <summary>Boot facts as a person reads them: one line each.</summary>
internal static class FactText
{
    /// <summary>Time and fact, as in <c>   1.204s  offered 192.168.77.10 …</c>.</summary>
    public static string Line(TimelineEntry entry) => $"{entry.At.TotalSeconds,9:0.000}s  {Of(entry.Fact)}";

    public static string Of(BootFact fact) => fact switch
    {
        PowerCommanded f => $"power {f.Action.Word()} commanded",
        PowerObserved f => $"power is {f.State.Word()}",
        BootOverridden f => $"next boot from the {f.Source}" + (f.Note.Length > 0 ? $" ({f.Note})" : ""),
        PowerLost f => $"the machine went off by itself: {f.Evidence}",
        ConsoleGap f => $"the console was away for {f.Seconds:0.0} s and what was said then is missing: {f.Reason}",
        FirmwareAsked f => $"firmware asked for an address: {f.Architecture}, {f.Via}",
        LoaderAsked f => $"loader asked for an address: {f.Loader}",
        SystemAsked f => $"the booted system asked for an address: {f.VendorClass}",
        Offered f => $"offered {f.Address}" + (f.File.Length > 0 ? $" and {f.File}" : "") + $": {f.Reason}",
        NotOffered f => $"asked and was not answered: {f.Reason}",
        Leased f => $"took {f.Address}",
        FileAsked f => $"asked for {f.Name} ({f.Protocol.Word()})",
        FileServed f => $"got {f.Name} ({f.Role.Word()}, {f.Protocol.Word()}): {f.Bytes:#,0} bytes in {f.Milliseconds:0} ms" + (f.Retries > 0 ? $", {f.Retries} blocks sent again" : ""),
        FileRefused f => $"did not get {f.Name} ({f.Protocol.Word()}): {f.Reason}" + (f.Expected ? " (as expected)" : ""),
        FirstConsoleByte => "first console byte",
        Banner f => $"banner: {f.Text}",
        StepMet f => $"step {f.Index + 1}: {f.Text.TrimEnd('\n', '\r')}",
        ResetSeen f => (f.Asked ? "restarted, as asked: " : "restarted unasked: ") + f.Evidence,
        ConsoleLost f => $"the console was lost: {f.Reason}",
        MachineVanished f => $"the machine is gone: {f.Reason}",
        BuildFinished f => (f.Succeeded ? "built" : $"the build failed with exit code {f.ExitCode}") + $" in {f.Seconds:0.0} s",
        Judged f => $"{f.Verdict.Word()}: {f.Reason}",
        _ => fact.ToString() ?? "",
    };

    /// <summary>A verdict in its colour.</summary>
    public static Func<string, string> Paint(Verdict? verdict, Terminal terminal) => verdict switch
    {
        null => terminal.Faint,
        Verdict.Passed => terminal.Good,
        Verdict.LabFault or Verdict.Busy or Verdict.Cancelled => terminal.Odd,
        _ => terminal.Bad,
    };
}
