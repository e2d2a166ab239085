using System.Threading.Channels;
using Slipway.Amt;
using Slipway.Amt.Power;
using Slipway.Amt.Sol;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;

namespace Slipway.Drivers.Amt;

/// <summary>A machine's serial over LAN as its console. Sees by the way when the machine loses power, and when the line was away.</summary>
internal sealed class AmtConsole : IConsoleTransport
{
    /// <summary>Firmware drops and raises the power bit within a reset: off counts when it is still so after this, and the web service agrees.</summary>
    private static readonly TimeSpan PowerLossConfirmation = TimeSpan.FromSeconds(3);

    private readonly string _machine;
    private readonly AmtPower _power;
    private readonly ChannelWriter<BootFact> _facts;
    private readonly TimeProvider _time;
    private readonly SolConnection _sol;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private volatile bool _isOn;
    private volatile bool _expectsOff;

    public AmtConsole(string machine, AmtTransport transport, AmtPower power, ChannelWriter<BootFact> facts, TimeProvider time)
    {
        _machine = machine;
        _power = power;
        _facts = facts;
        _time = time;
        _sol = new SolConnection(transport, new SolOptions(), time);
    }

    public bool IsOpen => _sol.IsOpen;

    public async Task OpenAsync(CancellationToken ct)
    {
        try
        {
            await _sol.OpenAsync(ct);
        }
        catch (AmtException e)
        {
            throw AmtMachine.Explain(_machine, e);
        }
        if (_watching.IsCompleted) _watching = WatchAsync();
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            return await _sol.ReadAsync(buffer, ct);
        }
        catch (AmtException e)
        {
            throw AmtMachine.Explain(_machine, e);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await _sol.WriteAsync(bytes, ct);
        }
        catch (AmtException e)
        {
            throw AmtMachine.Explain(_machine, e);
        }
    }

    /// <summary>A power request is about to be made: whether off is what was asked for from now on.</summary>
    public void ExpectPower(bool isOff) => _expectsOff = isOff;

    /// <summary>Does what the firmware refuses while a session is open, and opens the session again before anything else happens.</summary>
    public async Task<T> WithoutSessionAsync<T>(Func<Task<T>> act, CancellationToken ct)
    {
        if (!_sol.IsOpen) return await act();
        await _sol.CloseAsync(ct);
        try
        {
            return await act();
        }
        finally
        {
            await _sol.ReopenAsync(ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sol.DisposeAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        Task confirming = Task.CompletedTask;
        try
        {
            await foreach (SolFact fact in _sol.Facts.ReadAllAsync(_stopping.Token))
            {
                switch (fact)
                {
                    case SolFact.PowerSeen power:
                        bool wasOn = _isOn;
                        _isOn = power.IsOn;
                        if (wasOn && !power.IsOn && confirming.IsCompleted) confirming = ConfirmLossAsync();
                        break;
                    case SolFact.Gap gap:
                        _facts.TryWrite(new ConsoleGap(Math.Round(gap.Length.TotalSeconds, 1), gap.Reason));
                        break;
                    case SolFact.OutputLost:
                        _facts.TryWrite(new ConsoleGap(0, "the firmware's buffer overflowed"));
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        await confirming;
    }

    private async Task ConfirmLossAsync()
    {
        try
        {
            await Task.Delay(PowerLossConfirmation, _time, _stopping.Token);
            if (_isOn || _expectsOff) return;
            AmtPowerStatus status = await _power.GetAsync(_stopping.Token);
            if (status.State == AmtPowerState.Off && !_isOn && !_expectsOff) _facts.TryWrite(new PowerLost("serial over LAN and the power service say so"));
        }
        catch (Exception e) when (e is AmtException or OperationCanceledException)
        {
            // It cannot be asked: then the console will be lost, too, and that is told.
        }
    }
}
