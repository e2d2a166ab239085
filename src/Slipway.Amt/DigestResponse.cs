using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Amt;

/// <summary>The digest of RFC 2617 §3.2.2 with MD5, as the firmware's web port and its redirection port use it. Pure.</summary>
internal static class DigestResponse
{
    /// <summary>HA1: the password's only form that leaves the endpoint.</summary>
    public static string Secret(string user, string realm, string password) => Md5Hex($"{user}:{realm}:{password}");

    /// <summary>The response with a quality of protection. <paramref name="bodyHash"/> is the hex MD5 of the body for <c>auth-int</c>, null for <c>auth</c>.</summary>
    public static string WithQuality(string secret, string nonce, string nonceCount, string clientNonce, string quality, string method, string uri, string? bodyHash)
    {
        string target = Md5Hex(bodyHash is null ? $"{method}:{uri}" : $"{method}:{uri}:{bodyHash}");
        return Md5Hex($"{secret}:{nonce}:{nonceCount}:{clientNonce}:{quality}:{target}");
    }

    /// <summary>The response of RFC 2069, without a quality of protection.</summary>
    public static string WithoutQuality(string secret, string nonce, string method, string uri) =>
        Md5Hex($"{secret}:{nonce}:{Md5Hex($"{method}:{uri}")}");

    public static string Md5Hex(string text) => Md5Hex(Encoding.UTF8.GetBytes(text));

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The firmware knows no other digest.")]
    public static string Md5Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
