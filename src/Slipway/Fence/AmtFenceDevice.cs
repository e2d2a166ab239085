using Slipway.Amt;
using Slipway.Amt.Power;
using Slipway.Amt.Settings;
using Slipway.Verbs.Amt;

namespace Slipway.Fence;

/// <summary>One AMT firmware: it has one plug, itself.</summary>
internal sealed class AmtFenceDevice(AmtHost host, string? plug) : IFenceDevice
{
    private readonly AmtPower _power = new(host.WsMan, host.Time);

    public Task CheckAsync(CancellationToken ct) => GuardAsync(() => _power.GetAsync(ct));

    public Task<IReadOnlyList<(string Plug, string Alias)>> ListAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<(string, string)>>([(plug ?? host.Endpoint.Host, host.Endpoint.Host)]);

    public async Task<bool?> IsOnAsync(CancellationToken ct)
    {
        AmtPowerStatus status = await GuardAsync(() => _power.GetAsync(ct));
        // Sleeping is not off: memory lives, and the node could write to shared disks as soon as it wakes.
        return status.State switch { AmtPowerState.Off => false, AmtPowerState.Unknown => null, _ => true };
    }

    public Task SwitchOnAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        await _power.RequestAsync(AmtPowerRequest.On, ct);
        return true;
    });

    /// <summary>The firmware refuses to switch off while anybody has SOL, IDE-R or KVM open; closing those sessions for everybody by their settings is the way around.</summary>
    public Task SwitchOffAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        try
        {
            await _power.RequestAsync(AmtPowerRequest.Off, ct);
        }
        catch (AmtException e) when (e.Problem is AmtProblem.Refused or AmtProblem.PowerNotReached)
        {
            var settings = new AmtSettings(host.WsMan);
            AmtRedirectionSettings before = await settings.GetRedirectionAsync(ct);
            await settings.SetRedirectionAsync(null, false, false, false, ct);
            try
            {
                await _power.RequestAsync(AmtPowerRequest.Off, ct);
            }
            finally
            {
                await settings.SetRedirectionAsync(null, before.Sol, before.Ider, before.Kvm, CancellationToken.None);
            }
        }
        return true;
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static async Task<T> GuardAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (AmtException e)
        {
            FenceExit exit = e.Problem switch
            {
                AmtProblem.WrongCredentials => FenceExit.LoginDenied,
                AmtProblem.AccessDenied or AmtProblem.ConsentRequired => FenceExit.NoRights,
                AmtProblem.TimedOut => FenceExit.TimedOut,
                AmtProblem.Unreachable or AmtProblem.SessionLost or AmtProblem.NotAmt or AmtProblem.TlsFailed or AmtProblem.TlsTooOld or AmtProblem.CertificateNotTrusted
                    => FenceExit.ConnectionLost,
                _ => FenceExit.Failed,
            };
            throw new FenceException(exit, e.Message, e);
        }
    }
}
