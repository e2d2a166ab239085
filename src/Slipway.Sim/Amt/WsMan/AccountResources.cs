using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>AMT_AuthorizationService: accounts by digest.</summary>
internal sealed class AccountResources(AccountList accounts, AuditLog audit)
{
    private const string Name = "Intel(r) AMT Authorization Service";
    private const int LongestUser = 16;
    private const int DigestBytes = 16;
    private const int MostAccounts = 15;
    private const int HandlesAtOnce = 50;
    private const uint LargestPermission = 2;
    private const uint LargestRealm = 24;
    private const string ForbiddenInNames = ":,<>&\"";

    /// <summary>Names that begin so belong to the firmware.</summary>
    private const string Reserved = "$$";

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("AMT_AuthorizationService", _ => [Service()])
        {
            Realm = SimRealm.AccessControl,
            Methods = new Dictionary<string, SimMethod>
            {
                ["EnumerateUserAclEntries"] = new(["StartIndex"], List),
                ["GetUserAclEntryEx"] = new(["Handle"], Get),
                ["AddUserAclEntryEx"] = new(["DigestUsername", "DigestPassword", "KerberosUserSid", "AccessPermission", "Realms"], Add),
                ["UpdateUserAclEntryEx"] = new(["Handle", "DigestUsername", "DigestPassword", "KerberosUserSid", "AccessPermission", "Realms"], Update),
                ["RemoveUserAclEntry"] = new(["Handle"], Remove),
                ["GetAclEnabledState"] = new(["Handle"], (_, arguments) => Found(arguments) is var (_, account) ? new WsResult(WsReturn.Success, ("Enabled", account.Enabled)) : Unknown),
                ["SetAclEnabledState"] = new(["Handle", "Enabled"], Enable),
                ["GetAdminAclEntry"] = new([], (_, _) => new WsResult(WsReturn.Success, ("Username", AccountList.Admin))),
                ["SetAdminAclEntryEx"] = new(["Username", "DigestPassword"], SetAdmin),
            },
        };
    }

    private static WsResult Unknown => WsResult.Of(WsReturn.InvalidHandle);

    private static XElement Service() => SimInstance.Make(
        "AMT_AuthorizationService",
        ("AllowHttpQopAuthOnly", 1),
        ("CreationClassName", "AMT_AuthorizationService"),
        ("ElementName", Name),
        ("EnabledState", 5),
        ("Name", Name),
        ("RequestedState", 12),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    private WsResult List(WsCall call, WsArguments arguments)
    {
        if (arguments.Number("StartIndex") is not { } start || start == 0 || start > Math.Max(1, accounts.All.Count)) return WsResult.Of(WsReturn.InvalidIndex);
        uint[] handles = [.. accounts.All.Keys.Skip((int)start - 1).Take(HandlesAtOnce)];
        return new WsResult(WsReturn.Success, ("TotalCount", accounts.All.Count), ("HandlesCount", handles.Length), ("Handles", handles));
    }

    private WsResult Get(WsCall call, WsArguments arguments) => Found(arguments) is not var (_, account) ? Unknown : new WsResult(
        WsReturn.Success,
        ("DigestUsername", account.User),
        ("AccessPermission", account.Permission),
        ("Realms", account.Realms));

    private WsResult Add(WsCall call, WsArguments arguments)
    {
        if (Read(arguments, enabled: true, out SimAccount? account) is { } wrong) return WsResult.Of(wrong);
        if (accounts.Has(account!.User)) return WsResult.Of(WsReturn.Duplicate);
        if (accounts.All.Count == MostAccounts) return WsResult.Of(WsReturn.LimitReached);
        audit.Add(AuditEvent.AccountAdded, call.User);
        return new WsResult(WsReturn.Success, ("Handle", accounts.Add(account)));
    }

    private WsResult Update(WsCall call, WsArguments arguments)
    {
        if (Found(arguments) is not var (handle, old)) return Unknown;
        if (Read(arguments, old.Enabled, out SimAccount? account) is { } wrong) return WsResult.Of(wrong);
        if (account!.User != old.User && accounts.Has(account.User)) return WsResult.Of(WsReturn.Duplicate);
        accounts.Set(handle, account);
        return WsResult.Of(WsReturn.Success);
    }

    private WsResult Remove(WsCall call, WsArguments arguments)
    {
        if (Found(arguments) is not var (handle, _)) return Unknown;
        accounts.Remove(handle);
        audit.Add(AuditEvent.AccountRemoved, call.User);
        return WsResult.Of(WsReturn.Success);
    }

    private WsResult Enable(WsCall call, WsArguments arguments)
    {
        if (Found(arguments) is not var (handle, account)) return Unknown;
        if (arguments.Text("Enabled") is not ("true" or "false")) return WsResult.Of(WsReturn.InvalidArgument);
        accounts.Set(handle, account with { Enabled = arguments.Text("Enabled") == "true" });
        return WsResult.Of(WsReturn.Success);
    }

    private WsResult SetAdmin(WsCall call, WsArguments arguments)
    {
        if (arguments.Text("Username") != AccountList.Admin || Secret(arguments) is not { } secret) return WsResult.Of(WsReturn.InvalidArgument);
        accounts.SetAdmin(secret);
        return WsResult.Of(WsReturn.Success);
    }

    private (uint Handle, SimAccount Account)? Found(WsArguments arguments) =>
        arguments.Number("Handle") is { } handle && accounts.All.TryGetValue(handle, out SimAccount? account) ? (handle, account) : null;

    /// <summary>The digest comes as base64 of its 16 bytes.</summary>
    private static string? Secret(WsArguments arguments)
    {
        byte[] bytes = new byte[DigestBytes * 2];
        return Convert.TryFromBase64String(arguments.Text("DigestPassword") ?? "", bytes, out int length) && length == DigestBytes
            ? Convert.ToHexStringLower(bytes.AsSpan(0, length))
            : null;
    }

    /// <summary>The account the arguments describe, or what is wrong with them.</summary>
    private static WsReturn? Read(WsArguments arguments, bool enabled, out SimAccount? account)
    {
        account = null;
        string user = arguments.Text("DigestUsername") ?? "";
        if (user.Length is 0 or > LongestUser) return WsReturn.InvalidLength;
        if (user.StartsWith(Reserved, StringComparison.Ordinal)) return WsReturn.NotPermitted;
        if (user.Any(c => c is < '!' or > '~' || ForbiddenInNames.Contains(c, StringComparison.Ordinal))) return WsReturn.InvalidArgument;
        if (Secret(arguments) is not { } secret) return WsReturn.InvalidLength;
        if (arguments.Number("AccessPermission") is not { } permission || permission > LargestPermission) return WsReturn.InvalidArgument;

        var realms = new List<uint>();
        foreach (XElement realm in arguments.All("Realms"))
        {
            if (!uint.TryParse(realm.Value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out uint number) || number > LargestRealm) return WsReturn.InvalidRealm;
            realms.Add(number);
        }

        account = new SimAccount(user, secret, permission, realms, enabled);
        return null;
    }
}
