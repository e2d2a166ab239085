using System.Globalization;
using System.Xml.Linq;
using Slipway.Amt.Settings;
using Slipway.Amt.WsMan;

namespace Slipway.Amt.Accounts;

/// <summary>What an account of the firmware may do.</summary>
public enum AmtRealm
{
    Redirection = 2,
    Administration = 3,
    HardwareAsset = 4,
    RemoteControl = 5,
    Storage = 6,
    EventManager = 7,
    NetworkTime = 12,
    GeneralInfo = 13,
    FirmwareUpdate = 14,
    LocalUserNotification = 16,
    EventLogReader = 19,
    AuditLog = 20,
    AccessControl = 21,
    LocalSystem = 24,
}

/// <summary>A digest user of the firmware.</summary>
public sealed record AmtAccount(int Handle, string Name, bool Enabled, IReadOnlyList<string> Realms);

/// <summary>The firmware's users (AMT_AuthorizationService). <c>admin</c> is not among them: it is always there.</summary>
public sealed class AmtAccounts(IWsMan wsman)
{
    private const string Class = "AMT_AuthorizationService";
    private const int MaxNameCharacters = 16;
    private const int AccessFromAnywhere = 2;

    /// <summary>What a lab needs: redirection, hardware asset, remote control, general information, event log, and administration for KVM's settings.</summary>
    public static IReadOnlyList<AmtRealm> LabRealms { get; } =
        [AmtRealm.Redirection, AmtRealm.Administration, AmtRealm.HardwareAsset, AmtRealm.RemoteControl, AmtRealm.GeneralInfo, AmtRealm.EventLogReader];

    public async Task<IReadOnlyList<AmtAccount>> ListAsync(CancellationToken ct)
    {
        XNamespace space = WsManNames.Resource(Class);
        XElement handles = await wsman.InvokeAsync(Class, "EnumerateUserAclEntries", [new XElement(space + "StartIndex", 1)], ct);
        var accounts = new List<AmtAccount>();
        foreach (string text in handles.Texts("Handles"))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int handle)) continue;
            XElement entry = await wsman.InvokeAsync(Class, "GetUserAclEntryEx", [new XElement(space + "Handle", handle)], ct);
            // Entries of Kerberos users have no digest name.
            if (entry.Text("DigestUsername") is not { } name) continue;
            XElement state = await wsman.InvokeAsync(Class, "GetAclEnabledState", [new XElement(space + "Handle", handle)], ct);
            accounts.Add(new AmtAccount(handle, name, state.Flag("Enabled") ?? true, [.. entry.Texts("Realms").Select(RealmName)]));
        }
        return accounts;
    }

    /// <summary>Adds a digest user. The password itself is not sent: its digest with the firmware's realm is.</summary>
    /// <exception cref="AmtException">BadArgument before anything is sent, when name or password break the firmware's rules.</exception>
    public async Task AddAsync(string name, string password, IReadOnlyList<AmtRealm> realms, CancellationToken ct)
    {
        CheckName(name);
        if (AmtPasswordRules.Check(password) is { } broken) throw new AmtException(AmtProblem.BadArgument, $"the password of an account needs {broken}");
        AmtGeneralSettings general = await new AmtSettings(wsman).GetGeneralAsync(ct);
        string realm = general.DigestRealm ?? throw new AmtException(AmtProblem.BadAnswer, $"{wsman.Host}: the firmware does not tell its realm");
        XNamespace space = WsManNames.Resource(Class);
        await DemandAsync(
            "AddUserAclEntryEx", $"the account '{name}'",
            [
                new XElement(space + "DigestUsername", name),
                new XElement(space + "DigestPassword", Convert.ToBase64String(Convert.FromHexString(DigestResponse.Secret(name, realm, password)))),
                new XElement(space + "AccessPermission", AccessFromAnywhere),
                .. realms.Select(r => new XElement(space + "Realms", (int)r)),
            ], ct);
    }

    public async Task RemoveAsync(string name, CancellationToken ct) =>
        await DemandAsync("RemoveUserAclEntry", $"to remove '{name}'", [await HandleAsync(name, ct)], ct);

    public async Task SetEnabledAsync(string name, bool isEnabled, CancellationToken ct) =>
        await DemandAsync(
            "SetAclEnabledState", $"to {(isEnabled ? "enable" : "disable")} '{name}'",
            [await HandleAsync(name, ct), new XElement(WsManNames.Resource(Class) + "Enabled", isEnabled ? "true" : "false")], ct);

    private async Task<XElement> HandleAsync(string name, CancellationToken ct)
    {
        IReadOnlyList<AmtAccount> all = await ListAsync(ct);
        AmtAccount account = all.FirstOrDefault(a => a.Name == name)
            ?? throw new AmtException(AmtProblem.BadArgument, $"{wsman.Host}: there is no account '{name}' (accounts: {string.Join(", ", all.Select(a => a.Name))})");
        return new XElement(WsManNames.Resource(Class) + "Handle", account.Handle);
    }

    private async Task DemandAsync(string method, string what, XElement[] arguments, CancellationToken ct)
    {
        XElement output = await wsman.InvokeAsync(Class, method, arguments, ct);
        uint result = (uint)(output.Number("ReturnValue") ?? 1);
        if (result != AmtReturnValue.Success) throw AmtReturnValue.Refusal(wsman.Host, what, result);
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameCharacters || name.Any(c => c is < '!' or > '~' || ":,<>&\"".Contains(c)) || name.StartsWith("$$", StringComparison.Ordinal))
            throw new AmtException(AmtProblem.BadArgument, $"an account's name has 1 to {MaxNameCharacters} characters without blank and : , < > & \", and does not begin with $$");
    }

    private static string RealmName(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int realm) && Enum.IsDefined((AmtRealm)realm) ? ((AmtRealm)realm).ToString() : number;
}
