using Slipway.Lab.Runs;
using Slipway.LabFile;
using Slipway.Output;
using Slipway.Server.Hosting;
using Slipway.Storage.Sqlite;
using Slipway.Verbs;

namespace Slipway;

internal static class Program
{
    private static Task<int> Main(string[] words)
    {
        // Asked by scripts and probes all the time: answered before the command tree exists.
        if (words is ["--version"])
        {
            Console.OpenStandardOutput().Write(System.Text.Encoding.ASCII.GetBytes($"slipway {Version}\n"));
            return Task.FromResult(ExitCode.Good);
        }

        // Cluster managers call agents by name: a link called fence_slipway is the verb.
        if (IsFenceAgent()) words = ["fence", .. words];

        var cli = new Cli
        {
            Terminal = Terminal.OfProcess(Environment.GetEnvironmentVariable),
            Time = TimeProvider.System,
            Environment = Environment.GetEnvironmentVariable,
            LoadLab = LabFiles.Load,
            OpenRuns = OpenRunsAsync,
        };
        return words is [Completer.Verb, ..] ? Task.FromResult(Completer.Run(cli, words[1..])) : cli.RunAsync(words, CancellationToken.None);
    }

    // The name this program was called by. The framework only tells the file that the link points at.
    private static bool IsFenceAgent()
    {
        try
        {
            ReadOnlySpan<byte> line = File.ReadAllBytes("/proc/self/cmdline");
            int end = line.IndexOf((byte)0);
            ReadOnlySpan<byte> name = end < 0 ? line : line[..end];
            return name[(name.LastIndexOf((byte)'/') + 1)..].StartsWith("fence_"u8);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Version => typeof(Program).Assembly.GetName().Version!.ToString(fieldCount: 3);

    private static async Task<IRunStore> OpenRunsAsync(LabDescription lab, CancellationToken ct) =>
        await SqliteRunStore.OpenAsync(LabPlaces.Of(lab.Name).StateDirectory, TimeProvider.System, ct);
}
