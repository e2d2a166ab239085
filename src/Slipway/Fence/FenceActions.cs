namespace Slipway.Fence;

/// <summary>Carries a request out on a device. Off is only said to be off when it was read back as off.</summary>
internal sealed class FenceActions(IFenceDevice device, FenceRequest request, TextWriter output, TextWriter errors, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    public async Task<FenceExit> RunAsync(CancellationToken ct)
    {
        switch (request.Action)
        {
            case "status":
                bool isOn = await StatusAsync(ct);
                output.WriteLine(isOn ? "Status: ON" : "Status: OFF");
                return isOn ? FenceExit.Ok : FenceExit.BadArguments;
            case "monitor":
            case "validate-all":
                await device.CheckAsync(ct);
                return FenceExit.Ok;
            case "list":
            case "list-status":
                foreach ((string plug, string alias) in await device.ListAsync(ct)) output.WriteLine($"{plug}{request.Text(FenceParameter.Separator)}{alias}");
                return FenceExit.Ok;
            case "on":
                await DelayAsync(ct);
                if (await StatusAsync(ct))
                {
                    output.WriteLine("Success: Already ON");
                    return FenceExit.Ok;
                }
                await TurnAsync(on: true, ct);
                output.WriteLine("Success: Powered ON");
                return FenceExit.Ok;
            case "off":
                await DelayAsync(ct);
                if (!await StatusAsync(ct))
                {
                    output.WriteLine("Success: Already OFF");
                    return FenceExit.Ok;
                }
                await TurnAsync(on: false, ct);
                output.WriteLine("Success: Powered OFF");
                return FenceExit.Ok;
            case "reboot":
                await DelayAsync(ct);
                if (await StatusAsync(ct)) await TurnAsync(on: false, ct);
                try
                {
                    await TurnAsync(on: true, ct);
                }
                catch (FenceException e)
                {
                    // The node is down, and that is what fencing is for: a cluster that was told "failed" would fence it for ever.
                    errors.WriteLine($"the machine is off and could not be switched on again: {e.Message}");
                }
                output.WriteLine("Success: Rebooted");
                return FenceExit.Ok;
            default:
                throw new FenceException(FenceExit.BadArguments, $"there is no action '{request.Action}' (actions: on, off, reboot, status, monitor, list, list-status, metadata, validate-all)");
        }
    }

    private async Task DelayAsync(CancellationToken ct)
    {
        if (request.Number(FenceParameter.Delay) is > 0 and int seconds) await Task.Delay(TimeSpan.FromSeconds(seconds), time, ct);
    }

    private async Task<bool> StatusAsync(CancellationToken ct) =>
        await device.IsOnAsync(ct) ?? throw new FenceException(FenceExit.NoStatus, "whether the machine is on cannot be told");

    private async Task TurnAsync(bool on, CancellationToken ct)
    {
        TimeSpan within = TimeSpan.FromSeconds(request.Number(FenceParameter.PowerTimeout));
        long start = time.GetTimestamp();
        if (on) await device.SwitchOnAsync(ct);
        else await device.SwitchOffAsync(ct);
        while (await device.IsOnAsync(ct) != on)
        {
            if (time.GetElapsedTime(start) > within)
                throw new FenceException(on ? FenceExit.WaitingForOn : FenceExit.WaitingForOff, $"the machine was not seen {(on ? "on" : "off")} within {within.TotalSeconds:0} s");
            await Task.Delay(Poll, time, ct);
        }
        if (request.Number(FenceParameter.PowerWait) is > 0 and int seconds) await Task.Delay(TimeSpan.FromSeconds(seconds), time, ct);
    }
}
