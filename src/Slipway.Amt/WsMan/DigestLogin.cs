using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Amt.WsMan;

/// <summary>Logs requests in by the last challenge seen (RFC 2617 §3.2.2), counting its uses. One request at a time.</summary>
/// <param name="user">Digest user.</param>
/// <param name="password">Kept here and nowhere printed.</param>
/// <param name="clientNonce">Gives a fresh client nonce.</param>
internal sealed class DigestLogin(string user, string password, Func<string>? clientNonce = null)
{
    private const int ClientNonceBytes = 8;

    private DigestChallenge? _challenge;
    private string _secret = "";
    private uint _uses;

    /// <summary>Takes a new challenge. False when it is the one that was answered last: then the firmware refused the password, not the nonce.</summary>
    public bool Take(DigestChallenge challenge)
    {
        if (_challenge?.Nonce == challenge.Nonce && _uses > 0) return false;
        _challenge = challenge;
        _secret = DigestResponse.Secret(user, challenge.Realm, password);
        _uses = 0;
        return true;
    }

    public void Forget() => _challenge = null;

    /// <summary>The Authorization header's value for the next request; null while there is no challenge.</summary>
    public string? Authorize(string method, string uri, ReadOnlySpan<byte> body)
    {
        if (_challenge is not { } challenge) return null;
        _uses++;
        var text = new StringBuilder("Digest ");
        text.Append(CultureInfo.InvariantCulture, $"username=\"{Quoted(user)}\", realm=\"{challenge.Realm}\", nonce=\"{challenge.Nonce}\", uri=\"{uri}\", ");
        if (challenge.Quality is { } quality)
        {
            string count = _uses.ToString("x8", CultureInfo.InvariantCulture);
            string own = clientNonce?.Invoke() ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ClientNonceBytes));
            string? bodyHash = quality == DigestChallenge.AuthInt ? DigestResponse.Md5Hex(body) : null;
            string response = DigestResponse.WithQuality(_secret, challenge.Nonce, count, own, quality, method, uri, bodyHash);
            text.Append(CultureInfo.InvariantCulture, $"response=\"{response}\", qop={quality}, nc={count}, cnonce=\"{own}\"");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"response=\"{DigestResponse.WithoutQuality(_secret, challenge.Nonce, method, uri)}\"");
        }

        if (challenge.Opaque is { } opaque) text.Append(CultureInfo.InvariantCulture, $", opaque=\"{opaque}\"");
        return text.ToString();
    }

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
