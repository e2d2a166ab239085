namespace Slipway.Sim.Amt.WsMan;

/// <summary>An account beside <c>admin</c>.</summary>
/// <param name="User">At most 16 characters.</param>
/// <param name="Secret">Hex MD5 of user:realm:password.</param>
/// <param name="Permission">0 local, 1 network, 2 both.</param>
/// <param name="Realms">What it may do.</param>
/// <param name="Enabled">Whether it can log in.</param>
internal sealed record SimAccount(string User, string Secret, uint Permission, IReadOnlyList<uint> Realms, bool Enabled);

/// <summary>The accounts. What can log in over the network stands in <see cref="FirmwareState.Secrets"/> as well, where both sides look. Called under the state's lock.</summary>
internal sealed class AccountList(FirmwareState state)
{
    private const uint LocalOnly = 0;

    private readonly SortedDictionary<uint, SimAccount> _accounts = [];
    private uint _handle;

    public IReadOnlyDictionary<uint, SimAccount> All => _accounts;

    /// <summary>Whether a user who is logged in may use a realm. Those not in this list were there from the start and may do anything.</summary>
    public bool May(string user, SimRealm realm)
    {
        SimAccount? account = _accounts.Values.FirstOrDefault(a => a.User == user);
        return account is null || account.Realms.Contains((uint)realm) || account.Realms.Contains((uint)SimRealm.Administration);
    }

    public bool Has(string user) => state.Passwords.ContainsKey(user) || _accounts.Values.Any(a => a.User == user);

    /// <summary>Adds under a new handle.</summary>
    public uint Add(SimAccount account)
    {
        _handle++;
        Set(_handle, account);
        return _handle;
    }

    public void Set(uint handle, SimAccount account)
    {
        Remove(handle);
        _accounts[handle] = account;
        if (account.Enabled && account.Permission != LocalOnly) state.Secrets[account.User] = account.Secret;
    }

    public bool Remove(uint handle)
    {
        if (!_accounts.Remove(handle, out SimAccount? account)) return false;
        state.Secrets.Remove(account.User);
        return true;
    }

    /// <summary>Gives <c>admin</c> another secret.</summary>
    public void SetAdmin(string secret) => state.Secrets[Admin] = secret;

    public const string Admin = "admin";
}
