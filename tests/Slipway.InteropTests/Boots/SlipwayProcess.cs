using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.InteropTests.Boots;

/// <summary>What the executable left behind when it ended.</summary>
/// <param name="CommandLine">For messages.</param>
internal sealed record SlipwayResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public override string ToString() =>
        $"{CommandLine}\nexit code {ExitCode}\n--- standard output ---\n{Output}\n--- standard error ---\n{Error}\n---";
}

/// <summary>The release executable as a child process: its output is captured while it runs, and it is killed with all its children when the test gives up.</summary>
internal sealed class SlipwayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _gate = new();
    private readonly Task _pumps;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SlipwayProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        _pumps = Task.WhenAll(PumpAsync(process.StandardOutput, _output), PumpAsync(process.StandardError, _error));
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts <paramref name="program"/> (the executable, or a program that in the end runs it).</summary>
    public static SlipwayProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string directory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        string commandLine = string.Join(' ', start.ArgumentList.Prepend(program));
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"'{commandLine}' did not start");
        process.StandardInput.Close();
        return new SlipwayProcess(process, commandLine);
    }

    /// <summary>Waits until standard output and standard error together show <paramref name="pattern"/>.</summary>
    public async Task WaitForAsync(string pattern, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        var regex = new Regex(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);
        while (true)
        {
            string text;
            Task grown;
            lock (_gate)
            {
                text = $"{_output}\n{_error}";
                grown = _grown.Task;
            }
            if (regex.IsMatch(text)) return;
            if (_pumps.IsCompleted) Assert.Fail($"ended without a match of /{pattern}/:\n{Captured()}");
            try
            {
                await Task.WhenAny(grown, _pumps).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"no match of /{pattern}/ within {limit}:\n{Captured()}");
            }
        }
    }

    /// <summary>Ctrl-C.</summary>
    public Task InterruptAsync() => SignalAsync("INT", _process.Id);

    /// <summary>Sends a signal to a process that this one started.</summary>
    public static async Task SignalAsync(string signal, int process)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end; fails the test, with everything it printed, when that does not come within <paramref name="limit"/>.</summary>
    public async Task<SlipwayResult> EndAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _pumps.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"did not end within {limit}:\n{Captured()}");
        }
        lock (_gate) return new SlipwayResult(_commandLine, _process.ExitCode, _output.ToString(), _error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task PumpAsync(StreamReader reader, StringBuilder into)
    {
        char[] buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            TaskCompletionSource grown;
            lock (_gate)
            {
                into.Append(buffer, 0, read);
                grown = _grown;
                _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            grown.SetResult();
        }
    }

    private string Captured()
    {
        lock (_gate) return $"{_commandLine}\n--- standard output ---\n{_output}\n--- standard error ---\n{_error}\n---";
    }
}
