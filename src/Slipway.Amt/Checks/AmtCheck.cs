using Slipway.Amt.Consent;
using Slipway.Amt.Inventory;
using Slipway.Amt.Power;
using Slipway.Amt.Settings;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Checks;

/// <summary>Walks every prerequisite of a boot over AMT in the order in which they build on each other. Changes nothing.</summary>
/// <param name="transport">How the host is reached.</param>
/// <param name="wsman">Its web service.</param>
/// <param name="time">This computer's clock, which the firmware's is compared with.</param>
public sealed class AmtCheck(AmtTransport transport, WsManClient wsman, TimeProvider time)
{
    /// <summary>Beyond this, entries of the firmware's logs can no longer be laid beside a boot.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    private readonly List<AmtCheckStep> _steps = [];
    private readonly AmtSettings _settings = new(wsman);

    private string Host => transport.Endpoint.Host;

    /// <summary>Looks at everything; what cannot be reached any more after a failure is reported as skipped.</summary>
    public async Task<IReadOnlyList<AmtCheckStep>> RunAsync(CancellationToken ct)
    {
        (string Name, Func<CancellationToken, Task> Look)[] looks =
        [
            ("connection", ConnectionAsync), ("login", LoginAsync), ("release", ReleaseAsync), ("control mode", ControlModeAsync), ("user consent", ConsentAsync),
            ("redirection listener", ListenerAsync), ("power policy", PowerPolicyAsync), ("clock", ClockAsync),
        ];
        bool stopped = false;
        foreach ((string name, Func<CancellationToken, Task> look) in looks)
        {
            if (stopped)
            {
                _steps.Add(new AmtCheckStep(name, AmtCheckOutcome.Skipped, "not looked at", ""));
                continue;
            }
            try
            {
                await look(ct);
            }
            catch (AmtException e)
            {
                _steps.Add(new AmtCheckStep(name, AmtCheckOutcome.Failed, e.Explanation, Remedy(e.Problem)));
                // Without a connection and a login nothing else can be asked.
                stopped = name is "connection" or "login";
            }
        }
        return _steps;
    }

    private async Task ConnectionAsync(CancellationToken ct)
    {
        await using (await transport.ConnectAsync(AmtPort.Web, ct))
        {
        }
        AmtLinkFacts link = transport.Link!;
        int port = transport.Endpoint.BasePort + (link.Tls ? 1 : 0);
        Good("connection", $"port {port}, {link.Protocol}{(link.CertificateSha256 is { } hash ? $", certificate SHA-256 {hash}" : "")}");
        if (link.Tls && transport.Endpoint is { AcceptAnyCertificate: true })
            Advise("certificate", "any certificate is accepted", $"pin it: --certificate {link.CertificateSha256} (lab file: certificate:)");
        if (!link.Tls)
            Advise("encryption", "none: the password goes as a digest, the console in clear", "fine on a lab's own wire; TLS is switched on in the firmware's settings (before release 16.1) by a certificate");
    }

    private async Task LoginAsync(CancellationToken ct)
    {
        AmtGeneralSettings general = await _settings.GetGeneralAsync(ct);
        Good("login", $"user {transport.Endpoint.User} is accepted ({general.DigestRealm})");
        if (general.NetworkEnabled == false)
            Fail("network access", "AMT's network interface is switched off in its settings", "MEBx > Intel AMT Configuration > Activate Network Access");
    }

    private async Task ReleaseAsync(CancellationToken ct)
    {
        AmtInventoryRecord inventory = await new AmtInventory(wsman).ReadAsync(ct);
        string version = inventory.AmtVersion ?? wsman.FirmwareVersion ?? "unknown";
        int major = int.TryParse(version.Split('.')[0], out int number) ? number : 0;
        if (major is > 0 and < 6) Advise("release", version, "before release 6 there is no KVM and no user consent, and redirection knows older logins only");
        else Good("release", version);
        Good("identity", inventory.Uuid is { } uuid ? $"UUID {uuid}, {inventory.Manufacturer} {inventory.Model}".TrimEnd() : "the firmware tells no UUID");
        _controlMode = inventory.ControlMode;
    }

    private AmtControlMode _controlMode;

    private Task ControlModeAsync(CancellationToken ct)
    {
        switch (_controlMode)
        {
            case AmtControlMode.Admin:
                Good("control mode", "admin control mode");
                break;
            case AmtControlMode.Client:
                Fail("control mode", "client control mode: KVM, IDE-R and boot override need somebody at the machine, always",
                    "unprovision in the MEBx (Intel AMT Configuration > Unconfigure Network Access > Full) and activate it there again: that gives admin control mode");
                break;
            default:
                Advise("control mode", "the firmware does not tell", "");
                break;
        }
        return Task.CompletedTask;
    }

    private async Task ConsentAsync(CancellationToken ct)
    {
        AmtConsentStatus consent = await new AmtConsent(wsman).GetAsync(ct);
        if (consent.Required == AmtConsentPolicy.None) Good("user consent", "not required");
        else if (consent.Required == AmtConsentPolicy.Kvm) Advise("user consent", "required for KVM: no screen shots without somebody at the machine", Policy(consent));
        else Fail("user consent", "required for KVM, IDE-R and boot override", Policy(consent));
    }

    private string Policy(AmtConsentStatus consent) => consent.CanModify
        ? $"slipway amt settings {Host} --consent none"
        : "MEBx > Intel AMT Configuration > User Consent > User Opt-in: NONE";

    private async Task ListenerAsync(CancellationToken ct)
    {
        AmtRedirectionSettings redirection = await _settings.GetRedirectionAsync(ct);
        Enabled("redirection listener", redirection.Listener, "--listener on", "MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM > Legacy Redirection Mode", isNeeded: true);
        Enabled("serial over LAN", redirection.Sol, "--sol on", "MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM > SOL", isNeeded: true);
        Enabled("IDE redirection", redirection.Ider, "--ider on", "MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM > Storage Redirection", isNeeded: false);
        Enabled("KVM", redirection.Kvm, "--kvm on", "MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM > KVM Feature Selection", isNeeded: false);
        if (redirection is not { Listener: true }) return;
        await using AmtLink link = await transport.ConnectAsync(AmtPort.Redirection, ct);
        Good("redirection port", $"port {transport.Endpoint.BasePort + (link.Tls ? 3 : 2)} accepts connections");
    }

    private async Task PowerPolicyAsync(CancellationToken ct)
    {
        AmtPowerStatus power = await new AmtPower(wsman, time).GetAsync(ct);
        AmtGeneralSettings general = await _settings.GetGeneralAsync(ct);
        Good("power", power.State.ToString().ToLowerInvariant());
        if (general.IdleWakeTimeoutMinutes is { } minutes and < 3)
            Advise("power policy", $"the firmware sleeps after {minutes} min without traffic, and loses the first packets when it wakes", $"slipway amt settings {Host} --idle-wake 65535");
        else Good("power policy", general.IdleWakeTimeoutMinutes is { } idle ? $"sleeps after {idle} min without traffic" : "not told");
        if (power.State == AmtPowerState.On)
            Advise("reachable while off", "the machine is on, so this cannot be seen now",
                "if it cannot be reached once it is off: MEBx > Intel AMT Configuration > Power Control > Intel AMT ON in Host Sleep States: 'Mobile: ON in S0, ME Wake in S3, S4-5', and no BIOS switch like 'Deep Sleep' or 'ErP'");
    }

    private async Task ClockAsync(CancellationToken ct)
    {
        DateTimeOffset theirs = await _settings.GetTimeAsync(ct);
        TimeSpan off = theirs - time.GetUtcNow();
        if (off.Duration() <= ClockTolerance) Good("clock", $"{theirs:u}");
        else Advise("clock", $"{theirs:u}, {off.Duration().TotalMinutes:0} min {(off > TimeSpan.Zero ? "ahead" : "behind")}", $"slipway amt settings {Host} --sync-time");
    }

    private void Enabled(string name, bool? isOn, string option, string menu, bool isNeeded)
    {
        string remedy = $"slipway amt settings {Host} {option}; if that is refused: {menu}";
        if (isOn == true) Good(name, "on");
        else if (isOn is null) Advise(name, "this firmware does not have it", "");
        else if (isNeeded) Fail(name, "off", remedy);
        else Advise(name, "off", remedy);
    }

    private void Good(string name, string found) => _steps.Add(new AmtCheckStep(name, AmtCheckOutcome.Good, found, ""));

    private void Advise(string name, string found, string remedy) => _steps.Add(new AmtCheckStep(name, AmtCheckOutcome.Advice, found, remedy));

    private void Fail(string name, string found, string remedy) => _steps.Add(new AmtCheckStep(name, AmtCheckOutcome.Failed, found, remedy));

    private static string Remedy(AmtProblem problem) => problem switch
    {
        AmtProblem.Unreachable => "is the address right, the cable in (the wired port that has AMT), AMT activated in the MEBx (Ctrl-P at power-on, or the BIOS menu)? A machine cannot reach its own AMT: ask from another one",
        AmtProblem.NotAmt => "another program has that port; is the address right?",
        AmtProblem.WrongCredentials => "the password is the one set in the MEBx, at least 8 characters with upper and lower case, digit and special character; the first, 'admin', must be changed there before anything listens. Several wrong ones lock the login for a while",
        AmtProblem.TlsTooOld => "--old-tls (lab file: old-tls: true), or --tls no where the plain port is open",
        AmtProblem.CertificateNotTrusted => "compare the fingerprint with the machine's; then --certificate HEX, or --authority FILE",
        AmtProblem.ListenerOff => "slipway amt settings HOST --listener on",
        _ => "",
    };
}
