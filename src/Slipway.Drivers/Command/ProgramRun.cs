using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Slipway.Lab;
using Slipway.LabFile;

namespace Slipway.Drivers.Command;

/// <summary>What a program did.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>Runs a program of the user's: a list of arguments, never a shell line; secrets only in its environment.</summary>
internal static class ProgramRun
{
    // A power switch says a word or two; what is beyond this nobody reads.
    private const int MaxKeptCharacters = 16 * 1024;
    private const int ErrorLines = 5;

    public static async Task<ProgramResult> RunAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, Secret> environment, TimeSpan timeout, string machine, TimeProvider time, CancellationToken ct)
    {
        using Process process = Start(command, environment, machine);
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        Task<string> output = KeepAsync(process.StandardOutput, either.Token);
        Task<string> errors = KeepAsync(process.StandardError, either.Token);
        try
        {
            await process.WaitForExitAsync(either.Token);
            return new ProgramResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            if (ct.IsCancellationRequested) throw;
            throw new DeviceException("SLP5301", $"'{Name(command)}' for machine '{machine}' did not end within {timeout.TotalSeconds:0.#} s and was killed; raise 'timeout:' or look why it hangs");
        }
    }

    /// <summary>Starts a program with its three streams redirected.</summary>
    public static Process Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, Secret> environment, string machine)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, Secret value) in environment) start.Environment[name] = value.Reveal();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DeviceException("SLP5302", $"'{command[0]}' for machine '{machine}' could not be started: {e.Message}; install it or give its whole path", e);
        }
    }

    /// <summary>The program and its arguments, for messages.</summary>
    public static string Name(IReadOnlyList<string> command) => string.Join(' ', command);

    /// <summary>Standard error's last lines, for messages.</summary>
    public static string Tail(string errors)
    {
        string[] lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "it said nothing" : string.Join(" / ", lines.TakeLast(ErrorLines));
    }

    private static async Task<string> KeepAsync(StreamReader reader, CancellationToken ct)
    {
        var kept = new StringBuilder();
        char[] buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer, ct)) > 0;)
        {
            kept.Append(buffer, 0, read);
            if (kept.Length > MaxKeptCharacters) kept.Remove(0, kept.Length - MaxKeptCharacters);
        }
        return kept.ToString();
    }
}
