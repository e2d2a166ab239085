using Slipway.Amt;
using Slipway.Lab;
using Slipway.Lab.Leases;
using Slipway.LabFile;

namespace Slipway.Output;

/// <summary>Says on standard error why a verb could not do its work, and which exit code that is.</summary>
internal static class Complaint
{
    /// <summary>Null when the exception is a defect of ours and its stack should be seen.</summary>
    public static int? TryReport(Exception trouble, Terminal terminal)
    {
        switch (trouble)
        {
            case LabFileException file:
                // file:line:column first, as compilers do: editors jump there.
                foreach (FileProblem problem in file.Problems) terminal.Error.WriteLine(problem);
                return ExitCode.Usage;
            case UsageException:
                terminal.Error.WriteLine($"slipway: {trouble.Message}");
                return ExitCode.Usage;
            case LeaseException:
                terminal.Error.WriteLine($"slipway: {trouble.Message}");
                return ExitCode.Busy;
            case NotAllowedException:
                terminal.Error.WriteLine($"slipway: {trouble.Message}");
                return ExitCode.NotAllowed;
            case AmtException amt:
                terminal.Error.WriteLine($"slipway: {amt.Message}");
                return Verbs.Amt.AmtVerb.ExitCodeOf(amt.Problem);
            case DeviceException:
                terminal.Error.WriteLine($"slipway: {trouble.Message}");
                return ExitCode.LabFault;
            case OperationCanceledException:
                terminal.Error.WriteLine("slipway: cancelled");
                return ExitCode.Cancelled;
            case IOException { HResult: BrokenPipe }:
                // The reader of our output has seen enough ('slipway runs | head').
                return ExitCode.Good;
            default:
                return null;
        }
    }

    /// <summary>EPIPE, as .NET passes errno on in an <see cref="IOException"/>.</summary>
    private const int BrokenPipe = 32;
}
