using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Sim.Amt;

/// <summary>A kind of redirection session; one of each may be open.</summary>
public enum SimSessionKind
{
    Sol,
    Ider,
    Kvm,
}

/// <summary>Who has to agree in front of the machine (IPS_OptInService.OptInRequired).</summary>
public enum SimConsent : uint
{
    None = 0,
    Kvm = 1,
    All = 0xFFFFFFFF,
}

/// <summary>What the web side and the redirection side of one simulated firmware share. Everything else each keeps for itself.</summary>
/// <remarks>Members are read and changed under <see cref="Lock"/>; nobody awaits while holding it.</remarks>
public sealed class FirmwareState
{
    public FirmwareState(AmtProfile profile, AmtFaults faults, string password, TimeProvider time)
    {
        Profile = profile;
        Faults = faults;
        Time = time;
        // From the profile, so that two runs of a simulator look alike.
        Realm = "Digest:" + Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes("slipway-sim-" + profile.Name)).AsSpan(0, 16));
        Passwords["admin"] = password;
    }

    public Lock Lock { get; } = new();

    public AmtProfile Profile { get; }

    public AmtFaults Faults { get; }

    public TimeProvider Time { get; }

    /// <summary>The digest realm of both sides: <c>Digest:</c> and 32 hex digits.</summary>
    public string Realm { get; }

    /// <summary>Users and their HA1 secrets are made from these; accounts added by hash only stand in <see cref="Secrets"/>.</summary>
    public Dictionary<string, string> Passwords { get; } = [];

    /// <summary>Users added by their digest alone (hex MD5 of user:realm:password).</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>True: admin control mode; false: client control mode, where consent is always required.</summary>
    public bool AdminControl { get; set; } = true;

    /// <summary>Ports 16994 and 16995 accept connections.</summary>
    public bool ListenerEnabled { get; set; } = true;

    public bool SolEnabled { get; set; } = true;

    public bool IderEnabled { get; set; } = true;

    public bool KvmEnabled { get; set; } = true;

    /// <summary>Port 5900 is open; with <see cref="RfbPassword"/>.</summary>
    public bool Port5900Enabled { get; set; }

    public string? RfbPassword { get; set; }

    public SimConsent Consent { get; set; } = SimConsent.None;

    /// <summary>The six digits were received, or a session that needed them is open.</summary>
    public bool ConsentGiven { get; set; }

    /// <summary>IDE redirection is to be what the PC boots from next (UseIDER consumed at the last power request).</summary>
    public bool BootsFromIder { get; set; }

    /// <summary>The sessions that are open now.</summary>
    public HashSet<SimSessionKind> Sessions { get; } = [];

    /// <summary>Bumped when a power request switched or reset the PC; sessions may have to drop then.</summary>
    public int PowerRequests { get; set; }

    /// <summary>Cleared when the firmware is to answer on no port any more (see <see cref="AmtFaults.UnreachableAfterPower"/>).</summary>
    public bool Reachable { get; set; } = true;

    /// <summary>Whether consent stands in the way of <paramref name="kind"/> (SOL itself never needs it).</summary>
    public bool NeedsConsent(SimSessionKind kind) => kind switch
    {
        SimSessionKind.Sol => false,
        SimSessionKind.Kvm => !ConsentGiven && (!AdminControl || Consent != SimConsent.None),
        _ => !ConsentGiven && (!AdminControl || Consent == SimConsent.All),
    };

    /// <summary>The user's HA1 (hex MD5 of user:realm:password).</summary>
    public bool TryGetSecret(string user, [NotNullWhen(true)] out string? secret)
    {
        if (Secrets.TryGetValue(user, out secret)) return true;
        if (!Passwords.TryGetValue(user, out string? password)) return false;
        secret = Hash($"{user}:{Realm}:{password}");
        return true;
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The firmware knows no other digest.")]
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
