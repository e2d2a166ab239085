using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Consent;

/// <summary>For what somebody must consent at the machine.</summary>
public enum AmtConsentPolicy
{
    None,
    Kvm,

    /// <summary>KVM, IDE redirection and boot options; always so in client control mode.</summary>
    All,
}

/// <summary>IPS_OptInService.OptInState.</summary>
public enum AmtConsentState
{
    NotStarted = 0,
    Requested = 1,

    /// <summary>The code is on the machine's screen.</summary>
    Displayed = 2,
    Received = 3,
    InSession = 4,
}

/// <summary>Whether consent is needed, and how far it is.</summary>
/// <param name="CanModify">Whether the policy can be changed from here.</param>
public sealed record AmtConsentStatus(AmtConsentPolicy Required, AmtConsentState State, bool CanModify);

/// <summary>User consent (IPS_OptInService): a code of six digits on the machine's screen, sent back by us.</summary>
public sealed class AmtConsent(IWsMan wsman)
{
    private const string Class = "IPS_OptInService";
    private const long RequiredForKvm = 1;
    private const long RequiredForAll = uint.MaxValue;
    private const int CodeDigits = 6;

    /// <summary>Firmware before release 6 has no consent: then nothing is required.</summary>
    public async Task<AmtConsentStatus> GetAsync(CancellationToken ct)
    {
        XElement service;
        try
        {
            service = await wsman.GetAsync(Class, ct);
        }
        catch (AmtException e) when (e.Problem == AmtProblem.FeatureAbsent)
        {
            return new AmtConsentStatus(AmtConsentPolicy.None, AmtConsentState.NotStarted, false);
        }
        AmtConsentPolicy required = service.Number("OptInRequired") switch { 0 or null => AmtConsentPolicy.None, RequiredForKvm => AmtConsentPolicy.Kvm, _ => AmtConsentPolicy.All };
        return new AmtConsentStatus(required, (AmtConsentState)(service.Number("OptInState") ?? 0), (service.Number("CanModifyOptInPolicy") ?? 0) != 0);
    }

    /// <summary>Has the machine show a code. One that is shown already is replaced.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        AmtConsentStatus now = await GetAsync(ct);
        if (now.State is AmtConsentState.Requested or AmtConsentState.Displayed) await CancelAsync(ct);
        await InvokeAsync("StartOptIn", "to show a consent code (after several wrong ones it is blocked for a while)", ct);
    }

    /// <summary>Sends the code.</summary>
    /// <exception cref="AmtException">BadArgument: not six digits. ConsentRequired: the wrong ones.</exception>
    public async Task SendCodeAsync(string code, CancellationToken ct)
    {
        if (code.Length != CodeDigits || !code.All(char.IsAsciiDigit)) throw new AmtException(AmtProblem.BadArgument, $"a consent code has {CodeDigits} digits");
        XElement output = await wsman.InvokeAsync(Class, "SendOptInCode", [new XElement(WsManNames.Resource(Class) + "OptInCode", code)], ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result == AmtReturnValue.Success) return;
        throw new AmtException(
            AmtProblem.ConsentRequired,
            $"{wsman.Host}: the firmware did not take the code ({AmtReturnValue.Words(result)}); after three wrong ones, or when it was shown too long ago, begin again: slipway amt consent start {wsman.Host}") { ReturnValue = result };
    }

    public Task CancelAsync(CancellationToken ct) => InvokeAsync("CancelOptIn", "to cancel the consent", ct);

    /// <summary>Changes for what consent is needed.</summary>
    /// <exception cref="AmtException">AccessDenied: not from here.</exception>
    public async Task SetPolicyAsync(AmtConsentPolicy policy, CancellationToken ct)
    {
        AmtConsentStatus now = await GetAsync(ct);
        if (now.Required == policy) return;
        if (!now.CanModify)
            throw new AmtException(AmtProblem.AccessDenied, $"{wsman.Host}: the consent policy cannot be changed from here (client control mode, or the MEBx forbids it): MEBx > Intel AMT Configuration > User Consent");
        XElement service = await wsman.GetAsync(Class, ct);
        service.Set("OptInRequired", (policy switch { AmtConsentPolicy.None => 0, AmtConsentPolicy.Kvm => RequiredForKvm, _ => RequiredForAll }).ToString());
        await wsman.PutAsync(Class, service, ct);
    }

    private async Task InvokeAsync(string method, string what, CancellationToken ct)
    {
        XElement output = await wsman.InvokeAsync(Class, method, [], ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result != AmtReturnValue.Success) throw AmtReturnValue.Refusal(wsman.Host, what, result);
    }
}
