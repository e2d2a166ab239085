using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Slipway.LabFile;

namespace Slipway.Lab.Builds;

/// <summary>How a build ended.</summary>
/// <param name="ExitCode">The shell's; -1 when it ran out of time.</param>
/// <param name="Elapsed">From start to end.</param>
/// <param name="Reason">In words; empty when it succeeded.</param>
public sealed record BuildResult(int ExitCode, TimeSpan Elapsed, string Reason)
{
    public bool Succeeded => Reason.Length == 0;
}

/// <summary>Runs the user's build command and keeps what it prints.</summary>
public static class BuildCommand
{
    /// <summary>Runs the build; its output goes to <paramref name="log"/> and, line by line, to <paramref name="lines"/> (lines are dropped when nobody keeps up).</summary>
    public static async Task<BuildResult> RunAsync(
        BuildDescription build, Stream log, ChannelWriter<string>? lines, TimeProvider time, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        var info = new ProcessStartInfo("/bin/sh", ["-c", "exec 2>&1\n" + build.Command])
        {
            WorkingDirectory = build.Directory,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        Process? started;
        try
        {
            started = Process.Start(info);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or DirectoryNotFoundException)
        {
            return new BuildResult(-1, TimeSpan.Zero, $"the build could not be started in {build.Directory}: {e.Message}");
        }

        using Process process = started!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(build.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var line = new StringBuilder();
        try
        {
            byte[] buffer = new byte[16 * 1024];
            Stream output = process.StandardOutput.BaseStream;
            for (int n; (n = await output.ReadAsync(buffer, either.Token)) > 0;)
            {
                await log.WriteAsync(buffer.AsMemory(0, n), either.Token);
                Split(Encoding.UTF8.GetString(buffer, 0, n), line, lines);
            }
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            if (ct.IsCancellationRequested) throw;
            return new BuildResult(-1, time.GetElapsedTime(start), $"the build did not end within {build.Timeout.TotalSeconds:0} s ({build.Command})");
        }
        finally
        {
            if (line.Length > 0) lines?.TryWrite(line.ToString());
            await log.FlushAsync(CancellationToken.None);
        }
        return new BuildResult(process.ExitCode, time.GetElapsedTime(start),
            process.ExitCode == 0 ? "" : $"the build ended with exit code {process.ExitCode} ({build.Command}); its output is in build.log");
    }

    private static void Split(string text, StringBuilder line, ChannelWriter<string>? lines)
    {
        foreach (char c in text)
        {
            if (c != '\n')
            {
                // A build that prints without line ends must not fill the memory.
                if (c != '\r' && line.Length < 4096) line.Append(c);
                continue;
            }
            lines?.TryWrite(line.ToString());
            line.Clear();
        }
    }
}
