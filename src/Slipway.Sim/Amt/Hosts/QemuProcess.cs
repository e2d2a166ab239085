using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>One QEMU, a child of this process.</summary>
internal sealed class QemuProcess
{
    // What QEMU says before it gives up fits; what a noisy device says for hours is read and forgotten.
    private const int MaxErrorChars = 8192;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private QemuProcess(Process process)
    {
        _process = process;
        _errors = Task.Run(ReadErrorsAsync);
    }

    /// <exception cref="IOException">There is no QEMU.</exception>
    public static QemuProcess Start(IReadOnlyList<string> words)
    {
        try
        {
            var start = new ProcessStartInfo(QemuArguments.Program, words) { RedirectStandardError = true, RedirectStandardInput = true };
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return new QemuProcess(process);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{QemuArguments.Program} cannot be started: {e.Message}; install the package qemu-system-x86", e);
        }
    }

    /// <summary>Awaits QEMU's call; null when it ended instead.</summary>
    public async Task<Stream?> UnlessEndedAsync(Func<CancellationToken, ValueTask<Socket>> accept, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<Socket> call = accept(either.Token).AsTask();
        Task end = _process.WaitForExitAsync(either.Token);
        await Task.WhenAny(call, end);
        if (end.IsCompletedSuccessfully && !call.IsCompletedSuccessfully)
        {
            await either.CancelAsync();
            await call.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return null;
        }
        Socket socket = await call;
        await either.CancelAsync();
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What it said before it ended.</summary>
    public async Task<string> ErrorsAsync() => (await _errors).Trim();

    /// <summary>Awaits its end that long, then ends it.</summary>
    public async Task EndAsync(TimeSpan patience, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _errors;
        _process.Dispose();
    }

    private async Task<string> ReadErrorsAsync()
    {
        var text = new StringBuilder();
        char[] buffer = new char[1024];
        for (int read; (read = await _process.StandardError.ReadAsync(buffer)) > 0;)
        {
            if (text.Length < MaxErrorChars) text.Append(buffer, 0, read);
        }
        return text.ToString();
    }
}
