using System.Diagnostics;
using Slipway.Lab;
using Slipway.Lab.Consoles;
using Slipway.LabFile;

namespace Slipway.Drivers.Command;

/// <summary>A console that is another program's standard output and input, such as <c>picocom</c> or <c>ssh</c> to a console server.</summary>
public sealed class CommandConsole(string machine, CommandConsoleDescription console) : IConsoleTransport
{
    private Process? _process;

    public Task OpenAsync(CancellationToken ct)
    {
        if (_process is { HasExited: false }) return Task.CompletedTask;
        _process?.Dispose();
        _process = ProgramRun.Start(console.Command, console.Environment, machine);
        // Its complaints are not the machine's words, and a full pipe would stop it.
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        return Task.CompletedTask;
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => Running.StandardOutput.BaseStream.ReadAsync(buffer, ct);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            Stream input = Running.StandardInput.BaseStream;
            await input.WriteAsync(bytes, ct);
            await input.FlushAsync(ct);
        }
        catch (IOException e)
        {
            throw new DeviceException("SLP5305", $"the console program of machine '{machine}' ({ProgramRun.Name(console.Command)}) takes no input any more: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private Process Running => _process ?? throw new InvalidOperationException("the console is not open");
}
