using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>The login of one connection, as the firmware conducts it.</summary>
/// <remarks>The query may be left out, and so may be the request for a challenge before plain text: amtterm 1.4 does so.</remarks>
internal sealed class Login(MessageStream console, FirmwareState state)
{
    private const string Uri = "/RedirectionService", Word = "POST", Quality = "auth";

    /// <summary>Method 3: user, realm, nonce, uri, cnonce, nc, response. Method 4 adds qop.</summary>
    private const int OldDigestStrings = 7;

    /// <summary>More questions than that, and it is no login.</summary>
    private const int MaxMessages = 8;

    private string? _nonce;

    /// <summary>True when the user is who they say; false when the connection is to end.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        for (int i = 0; i < MaxMessages; i++)
        {
            if (await console.ReadMessageAsync(SessionMessages.Measure, ct) is not { } message) return false;
            if (message[0] != (byte)SessionMessage.AuthenticateSession) return false;
            (Step step, byte[] reply) = Answer(message);
            await console.WriteAsync(reply, MessageStream.ReplyPause, ct);
            if (step != Step.Continues) return step == Step.Passed;
        }
        return false;
    }

    private (Step Step, byte[] Reply) Answer(byte[] message)
    {
        LoginMethod method = SessionMessages.Method(message);
        if (method == LoginMethod.Query)
            return (Step.Continues, SessionMessages.LoginReply(LoginStatus.Success, method, [.. state.Profile.LoginMethods]));
        if (!state.Profile.LoginMethods.Contains((byte)method) || method == LoginMethod.Kerberos)
            return (Step.Continues, SessionMessages.LoginReply(LoginStatus.NotSupported, method, []));
        return method == LoginMethod.PlainText ? Judged(method, IsPlainTextRight(message)) : AnswerDigest(method, message);
    }

    private (Step, byte[]) AnswerDigest(LoginMethod method, byte[] message)
    {
        bool old = method == LoginMethod.OldDigest;
        if (SessionMessages.Strings(message, old ? OldDigestStrings : OldDigestStrings + 1) is not [var user, var realm, var nonce, var uri, var cnonce, var nc, var response, ..] all)
            return Judged(method, false);
        if (response.Length == 0)
        {
            // A second challenge is not given.
            if (_nonce is not null) return Judged(method, false);
            _nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            byte[] challenge = old ? SessionMessages.Join(state.Realm, _nonce) : SessionMessages.Join(state.Realm, _nonce, Quality);
            return (Step.Continues, SessionMessages.LoginReply(LoginStatus.Failure, method, challenge));
        }
        if (_nonce is null || nonce != _nonce || realm != state.Realm || uri != Uri || (!old && all[^1] != Quality)) return Judged(method, false);
        return Judged(method, Secret(user) is { } secret && AreEqual(response, Response(secret, nonce, old ? null : $"{nc}:{cnonce}:{Quality}")));
    }

    /// <summary>The digest response; <paramref name="middle"/> is <c>nc:cnonce:qop</c>, null for RFC 2069.</summary>
    internal static string Response(string secret, string nonce, string? middle)
    {
        string request = Hash($"{Word}:{Uri}");
        return Hash(middle is null ? $"{secret}:{nonce}:{request}" : $"{secret}:{nonce}:{middle}:{request}");
    }

    private bool IsPlainTextRight(byte[] message) =>
        SessionMessages.Strings(message, 2) is [var user, var password] && Secret(user) is { } secret && AreEqual(secret, Hash($"{user}:{state.Realm}:{password}"));

    private string? Secret(string user)
    {
        lock (state.Lock) return state.TryGetSecret(user, out string? secret) ? secret : null;
    }

    private static (Step, byte[]) Judged(LoginMethod method, bool right) =>
        (right ? Step.Passed : Step.Refused, SessionMessages.LoginReply(right ? LoginStatus.Success : LoginStatus.Failure, method, []));

    private static bool AreEqual(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.Latin1.GetBytes(a), Encoding.Latin1.GetBytes(b));

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The firmware knows no other digest.")]
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private enum Step
    {
        Continues,
        Passed,
        Refused,
    }
}
