using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>What came of looking at a request's credentials.</summary>
internal enum SimLogin
{
    /// <summary>User and password are right.</summary>
    Accepted,

    /// <summary>No credentials, or made for a challenge that is forgotten: ask again.</summary>
    Asked,

    /// <summary>A living challenge was answered wrong.</summary>
    Wrong,
}

/// <summary>The digest of RFC 2617 with MD5, from the side that asks. Nonces outlive connections.</summary>
/// <remarks>Called under the state's lock.</remarks>
internal sealed class SimDigest(FirmwareState state)
{
    private const int NonceBytes = 24; // 32 characters in base64, as seen in the field
    private const int NonceCountDigits = 8;

    /// <summary>Nonces remembered at once; the oldest goes first, so that unanswered challenges do not fill the memory.</summary>
    private const int NoncesKept = 32;

    private readonly Dictionary<string, int> _uses = [];
    private readonly Queue<string> _order = [];

    /// <summary>A new challenge. Spacing and the order of its parts are the firmware's: old scripts match on them.</summary>
    public string Challenge()
    {
        string nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        _uses[nonce] = 0;
        _order.Enqueue(nonce);
        if (_order.Count > NoncesKept) _uses.Remove(_order.Dequeue());
        return $"Digest realm=\"{state.Realm}\", nonce=\"{nonce}\",stale=\"false\",qop=\"{state.Profile.Quality}\"";
    }

    /// <summary>Judges a request's <c>Authorization</c>.</summary>
    public SimLogin Check(SimHttpRequest request, out string user)
    {
        user = "";
        if (!DigestFields.TryRead(request.Header("Authorization"), out Dictionary<string, string> fields)) return SimLogin.Asked;
        if (!fields.TryGetValue("nonce", out string? nonce) || !_uses.TryGetValue(nonce, out int uses)) return SimLogin.Asked;
        if (!IsRight(fields, nonce, request)) return SimLogin.Wrong;

        uses++;
        if (uses == state.Faults.NonceUses) _uses.Remove(nonce);
        else _uses[nonce] = uses;
        user = fields["username"];
        return SimLogin.Accepted;
    }

    private bool IsRight(Dictionary<string, string> fields, string nonce, SimHttpRequest request)
    {
        if (!fields.TryGetValue("username", out string? user) || !state.TryGetSecret(user, out string? secret)) return false;
        if (fields.GetValueOrDefault("realm") != state.Realm || fields.GetValueOrDefault("uri") != request.Target) return false;
        if (!fields.TryGetValue("response", out string? response)) return false;

        string target = $"{request.Method}:{request.Target}";
        string expected;
        if (fields.TryGetValue("qop", out string? quality))
        {
            if (!state.Profile.Quality.Split(',', StringSplitOptions.TrimEntries).Contains(quality)) return false;
            if (!fields.TryGetValue("nc", out string? count) || count.Length != NonceCountDigits || !count.All(char.IsAsciiHexDigit)) return false;
            if (!fields.TryGetValue("cnonce", out string? clientNonce) || clientNonce.Length == 0) return false;
            if (quality == "auth-int") target += ":" + Md5(request.Body);
            expected = Md5($"{secret}:{nonce}:{count}:{clientNonce}:{quality}:{Md5(target)}");
        }
        else
        {
            expected = Md5($"{secret}:{nonce}:{Md5(target)}"); // RFC 2069, still taken
        }

        return response.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }

    private static string Md5(string text) => Md5(Encoding.UTF8.GetBytes(text));

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The firmware knows no other digest.")]
    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
