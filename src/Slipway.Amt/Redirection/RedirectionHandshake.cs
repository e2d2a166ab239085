using System.Security.Cryptography;

namespace Slipway.Amt.Redirection;

/// <summary>States of the opening of a redirection session.</summary>
internal enum HandshakeState
{
    /// <summary>StartRedirectionSession is on its way.</summary>
    Starting,

    /// <summary>The methods were asked for.</summary>
    Querying,

    /// <summary>A digest challenge was asked for.</summary>
    Challenging,

    /// <summary>The answer to the challenge, or the password in clear, is on its way.</summary>
    Proving,

    /// <summary>The user is logged in.</summary>
    Open,
}

/// <summary>The opening of a session as a pure state machine: a reply in, the next message out.</summary>
/// <param name="kind">What the session is for.</param>
/// <param name="endpoint">Who logs in, and whether the password may go in clear.</param>
/// <param name="clientNonce">32 hex digits; null = random ones.</param>
internal sealed class RedirectionHandshake(RedirectionKind kind, AmtEndpoint endpoint, string? clientNonce = null)
{
    // One answer per challenge on this connection; known consoles begin at 1 or 2 and firmware takes both.
    private const string NonceCount = "00000001";

    private const int ClientNonceBytes = 16;

    /// <summary>Firmware tells at most 64 characters of realm.</summary>
    private const int MaxChallengeText = 255;

    private RedirectionLogin _method;

    public HandshakeState State { get; private set; } = HandshakeState.Starting;

    /// <summary>From the session reply: 11.8, 15.0.</summary>
    public Version FirmwareVersion { get; private set; } = new(0, 0);

    /// <summary>The first message.</summary>
    public byte[] Begin() => RedirectionMessage.Start(kind);

    /// <summary>The answer to StartRedirectionSessionReply.</summary>
    /// <exception cref="AmtException">The firmware refused, or this reply has no place here.</exception>
    public byte[] On(SessionReply reply)
    {
        if (State != HandshakeState.Starting) throw Misplaced("a second session reply");
        if (reply.Status != SessionStatus.Success) throw Refused(reply.Status);
        FirmwareVersion = new Version(reply.FirmwareMajor, reply.FirmwareMinor);
        State = HandshakeState.Querying;
        return RedirectionMessage.Login(RedirectionLogin.Query);
    }

    /// <summary>The answer to AuthenticateSessionReply; empty when the session is open.</summary>
    /// <exception cref="AmtException">No login in common, wrong credentials, or this reply has no place here.</exception>
    public byte[] On(LoginReply reply) => (State, reply.Status) switch
    {
        (HandshakeState.Querying, LoginStatus.Success) => Choose(reply.Data),
        // On the wire a challenge's status says "failure".
        (HandshakeState.Challenging, LoginStatus.Failure) when reply.Method == _method => Answer(reply.Data),
        (HandshakeState.Proving, LoginStatus.Success) => Finish(),
        (HandshakeState.Proving, LoginStatus.Failure) => throw new AmtException(
            AmtProblem.WrongCredentials, $"{endpoint.Host}: user '{endpoint.User}' or the password is wrong (redirection port); after several wrong ones the firmware refuses for a while"),
        (_, LoginStatus.NotSupported) => throw new AmtException(AmtProblem.PlainTextOnly, $"{endpoint.Host}: the firmware does not support the login method {(byte)_method} that it offered"),
        _ => throw Misplaced($"a login reply with status {(byte)reply.Status}, method {(byte)reply.Method}"),
    };

    private byte[] Choose(ReadOnlySpan<byte> methods)
    {
        if (methods.Contains((byte)RedirectionLogin.DigestWithQuality)) return AskChallenge(RedirectionLogin.DigestWithQuality);
        if (methods.Contains((byte)RedirectionLogin.Digest)) return AskChallenge(RedirectionLogin.Digest);
        if (methods.Contains((byte)RedirectionLogin.PlainText) && endpoint.AllowPlainTextLogin)
        {
            State = HandshakeState.Proving;
            _method = RedirectionLogin.PlainText;
            return RedirectionMessage.Login(RedirectionLogin.PlainText, endpoint.User, endpoint.Password);
        }
        throw new AmtException(
            AmtProblem.PlainTextOnly,
            $"{endpoint.Host}: the redirection port offers the login methods {string.Join(", ", methods.ToArray())} (1 is the password in clear, 2 Kerberos), and no digest; "
            + "allow the password in clear for this machine with --plain-login (lab file: plain-login: true)");
    }

    private byte[] AskChallenge(RedirectionLogin method)
    {
        State = HandshakeState.Challenging;
        _method = method;
        return method == RedirectionLogin.DigestWithQuality
            ? RedirectionMessage.Login(method, endpoint.User, "", "", RedirectionMessage.Uri, "", "", "", "")
            : RedirectionMessage.Login(method, endpoint.User, "", "", RedirectionMessage.Uri, "", "", "");
    }

    private byte[] Answer(ReadOnlySpan<byte> data)
    {
        IReadOnlyList<string>? strings = RedirectionMessage.Strings(data);
        int expected = _method == RedirectionLogin.DigestWithQuality ? 3 : 2;
        if (strings is null || strings.Count != expected || strings.Any(s => s.Length > MaxChallengeText)) throw Misplaced("a challenge whose strings do not fit");
        State = HandshakeState.Proving;
        (string realm, string nonce) = (strings[0], strings[1]);
        string secret = DigestResponse.Secret(endpoint.User, realm, endpoint.Password);
        string cnonce = clientNonce ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ClientNonceBytes));
        if (_method == RedirectionLogin.Digest)
        {
            string old = DigestResponse.WithoutQuality(secret, nonce, RedirectionMessage.Method, RedirectionMessage.Uri);
            return RedirectionMessage.Login(_method, endpoint.User, realm, nonce, RedirectionMessage.Uri, cnonce, NonceCount, old);
        }
        const string quality = "auth";
        string response = DigestResponse.WithQuality(secret, nonce, NonceCount, cnonce, quality, RedirectionMessage.Method, RedirectionMessage.Uri, null);
        return RedirectionMessage.Login(_method, endpoint.User, realm, nonce, RedirectionMessage.Uri, cnonce, NonceCount, response, quality);
    }

    private byte[] Finish()
    {
        State = HandshakeState.Open;
        return [];
    }

    private AmtException Refused(SessionStatus status)
    {
        string what = kind switch { RedirectionKind.Sol => "serial over LAN", RedirectionKind.Ider => "IDE redirection", _ => "KVM" };
        string option = kind switch { RedirectionKind.Sol => "--sol on", RedirectionKind.Ider => "--ider on", _ => "--kvm on" };
        return status switch
        {
            SessionStatus.UnknownService => new AmtException(AmtProblem.FeatureAbsent, $"{endpoint.Host}: this firmware does not have {what}") { ReturnValue = (uint)status },
            SessionStatus.Busy => new AmtException(
                AmtProblem.SessionBusy,
                $"{endpoint.Host}: another console has {what}; close that one, or, if it was killed, wait until the firmware notices (10 s by default)") { ReturnValue = (uint)status },
            SessionStatus.Unsupported => new AmtException(
                AmtProblem.FeatureDisabled,
                $"{endpoint.Host}: {what} is switched off; switch it on: slipway amt settings {endpoint.Host} {option} (or MEBx > Intel AMT Configuration > SOL/Storage Redirection/KVM)") { ReturnValue = (uint)status },
            SessionStatus.ConsentRequired => new AmtException(
                AmtProblem.ConsentRequired,
                $"{endpoint.Host}: {what} needs somebody's consent at the machine: slipway amt consent start {endpoint.Host}, then send the six digits on its screen") { ReturnValue = (uint)status },
            _ => new AmtException(AmtProblem.Refused, $"{endpoint.Host}: the firmware refused {what} with status {(byte)status}") { ReturnValue = (uint)status },
        };
    }

    private AmtException Misplaced(string what) => new(AmtProblem.BadAnswer, $"{endpoint.Host}: {what}, while the session was {State.ToString().ToLowerInvariant()}");
}
