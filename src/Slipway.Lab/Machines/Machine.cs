using System.Threading.Channels;
using Slipway.Lab.Boots;
using Slipway.Lab.Consoles;
using Slipway.Lab.Power;
using Slipway.LabFile;

namespace Slipway.Lab.Machines;

/// <summary>One machine of the lab: the only one who touches its power and screen, a request at a time, in the order they came.</summary>
/// <remarks>Callers put a request into the mailbox and await its answer; any thread may.</remarks>
public sealed class Machine : IAsyncDisposable
{
    // Nobody asks a machine for sixteen things at once; whoever does waits for room rather than being refused.
    private const int MailboxRequests = 16;

    private readonly IMachineDriver _driver;
    private readonly Channel<Request> _mailbox;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public Machine(MachineDescription description, IMachineDriver driver)
    {
        Description = description;
        _driver = driver;
        _mailbox = Channel.CreateBounded<Request>(new BoundedChannelOptions(MailboxRequests) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _loop = Task.Run(RunLoopAsync);
    }

    public MachineDescription Description { get; }

    public string Name => Description.Name;

    /// <summary>Null when the machine has no console.</summary>
    public IConsoleTransport? Console => _driver.Console;

    public bool HasPower => _driver.Power is not null;

    public bool HasBootOverride => _driver.BootOverride is not null;

    /// <summary>What the driver saw by itself; see <see cref="IMachineDriver.Facts"/>.</summary>
    public ChannelReader<BootFact>? Facts => _driver.Facts;

    public bool HasScreen => _driver.Screen is not null;

    /// <summary>Completes with a reason when the machine is gone without having been asked to.</summary>
    public Task<string> Vanished => _driver.Vanished;

    /// <summary>Whether the machine's driver can do that.</summary>
    public bool CanDo(PowerAction action) => _driver.Power?.Possible.Contains(action) == true;

    /// <summary>Switches the machine and reads the state back. Both are written into <paramref name="timeline"/> as they happen.</summary>
    /// <exception cref="DeviceException">The machine has no power control, cannot do this, or did not do it.</exception>
    public Task<PowerState> PowerAsync(PowerAction action, Timeline? timeline, CancellationToken ct) =>
        AskAsync(new Request(RequestKind.Power, action, timeline, ct), r => r.State.Task);

    /// <summary>Reads the power state.</summary>
    public Task<PowerState> GetPowerAsync(CancellationToken ct) =>
        AskAsync(new Request(RequestKind.Observe, default, null, ct), r => r.State.Task);

    /// <summary>Makes the next boot one from the network; written into <paramref name="timeline"/>.</summary>
    /// <exception cref="DeviceException">It was refused, or is not there when read back.</exception>
    public Task OverrideBootAsync(Timeline timeline, CancellationToken ct) =>
        AskAsync(new Request(RequestKind.Override, default, timeline, ct), r => r.State.Task);

    /// <summary>Takes an override back that no boot has consumed.</summary>
    public Task ClearBootOverrideAsync(CancellationToken ct) =>
        AskAsync(new Request(RequestKind.ClearOverride, default, null, ct), r => r.State.Task);

    /// <summary>The screen as a PNG file's bytes.</summary>
    public Task<byte[]> CapturePngAsync(CancellationToken ct) =>
        AskAsync(new Request(RequestKind.Screen, default, null, ct), r => r.Picture.Task);

    public async ValueTask DisposeAsync()
    {
        _mailbox.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
        await _driver.DisposeAsync();
    }

    private async Task<T> AskAsync<T>(Request request, Func<Request, Task<T>> answer)
    {
        await _mailbox.Writer.WriteAsync(request, request.Ct);
        return await answer(request).WaitAsync(request.Ct);
    }

    private async Task RunLoopAsync()
    {
        await foreach (Request request in _mailbox.Reader.ReadAllAsync())
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Ct, _stopping.Token);
            try
            {
                await AnswerAsync(request, either.Token);
            }
            catch (Exception e)
            {
                request.Fail(e);
            }
        }
    }

    private async Task AnswerAsync(Request request, CancellationToken ct)
    {
        switch (request.Kind)
        {
            case RequestKind.Power:
                if (_driver.Power is not { } power)
                    throw new DeviceException("SLP5001", $"machine '{Name}' has no power control; switch it by hand, or give it 'qemu:' or 'power:' in the lab file");
                if (!power.Possible.Contains(request.Action))
                    throw new DeviceException("SLP5002",
                        $"machine '{Name}' cannot do '{request.Action.ToString().ToLowerInvariant()}' (it can: {string.Join(", ", power.Possible.Order().Select(a => a.ToString().ToLowerInvariant()))})");
                request.Timeline?.Append(new PowerCommanded(request.Action));
                PowerState state = await power.ApplyAsync(request.Action, ct);
                request.Timeline?.Append(new PowerObserved(state));
                request.State.TrySetResult(state);
                break;
            case RequestKind.Observe:
                request.State.TrySetResult(_driver.Power is null ? PowerState.Unknown : await _driver.Power.GetStateAsync(ct));
                break;
            case RequestKind.Override:
                string note = await Override.SetNetworkOnceAsync(ct);
                request.Timeline?.Append(new BootOverridden("network", note));
                request.State.TrySetResult(PowerState.Unknown);
                break;
            case RequestKind.ClearOverride:
                await Override.ClearAsync(ct);
                request.State.TrySetResult(PowerState.Unknown);
                break;
            default:
                if (_driver.Screen is not { } screen)
                    throw new DeviceException("SLP5003", $"machine '{Name}' has no screen that Slipway can see");
                request.Picture.TrySetResult(await screen.CapturePngAsync(ct));
                break;
        }
    }

    private IBootOverride Override => _driver.BootOverride ?? throw new InvalidOperationException($"machine '{Name}' has no boot override");

    private enum RequestKind
    {
        Power,
        Observe,
        Override,
        ClearOverride,
        Screen,
    }

    private sealed record Request(RequestKind Kind, PowerAction Action, Timeline? Timeline, CancellationToken Ct)
    {
        public TaskCompletionSource<PowerState> State { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<byte[]> Picture { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception e)
        {
            State.TrySetException(e);
            Picture.TrySetException(e);
            // Only one of the two is awaited; the other's exception must not count as unobserved.
            _ = State.Task.Exception;
            _ = Picture.Task.Exception;
        }
    }
}
