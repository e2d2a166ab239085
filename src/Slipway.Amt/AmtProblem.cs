namespace Slipway.Amt;

/// <summary>Why something with Intel AMT did not work. The number is the error's code (<c>SLP3001</c> …), explained in docs/errors.md.</summary>
public enum AmtProblem
{
    /// <summary>Nothing answers at that address and port: refused, unreachable, or timed out.</summary>
    Unreachable = 3001,

    /// <summary>Something answers, and it is not AMT.</summary>
    NotAmt = 3002,

    /// <summary>The TLS handshake failed for another reason than those below.</summary>
    TlsFailed = 3003,

    /// <summary>The certificate is not the pinned one, or not signed by the trusted authority.</summary>
    CertificateNotTrusted = 3004,

    /// <summary>The firmware speaks only a TLS version this computer refuses (TLS 1.0 or 1.1).</summary>
    TlsTooOld = 3005,

    /// <summary>User name or password is wrong.</summary>
    WrongCredentials = 3006,

    /// <summary>The account lacks the realm for this.</summary>
    AccessDenied = 3007,

    /// <summary>Somebody in front of the machine must read a code from its screen first.</summary>
    ConsentRequired = 3008,

    /// <summary>This firmware does not have that class, method or boot source.</summary>
    FeatureAbsent = 3009,

    /// <summary>The firmware answered with a SOAP fault of another kind.</summary>
    Fault = 3010,

    /// <summary>The firmware answered with a return value that is not success.</summary>
    Refused = 3011,

    /// <summary>The firmware was busy, again and again.</summary>
    Busy = 3012,

    /// <summary>The answer breaks the protocol: hostile or damaged XML, a message that cannot be.</summary>
    BadAnswer = 3013,

    /// <summary>An answer did not come in time.</summary>
    TimedOut = 3014,

    /// <summary>The redirection port refuses TCP: the listener is off.</summary>
    ListenerOff = 3015,

    /// <summary>SOL, IDE redirection or KVM is switched off in the firmware's settings.</summary>
    FeatureDisabled = 3016,

    /// <summary>Another console has the session of this kind.</summary>
    SessionBusy = 3017,

    /// <summary>A session that was open ended or went silent.</summary>
    SessionLost = 3018,

    /// <summary>Only plain-text login is offered, and it was not allowed.</summary>
    PlainTextOnly = 3019,

    /// <summary>That is not possible from the power state the machine is in, or did not come about.</summary>
    PowerNotReached = 3020,

    /// <summary>The boot override was accepted and is not there when read back.</summary>
    OverrideDropped = 3021,

    /// <summary>A value that the firmware would refuse (a password rule, a name, a time-out), found before it was sent.</summary>
    BadArgument = 3022,

    /// <summary>The disc or disk image cannot be read or is none.</summary>
    MediumUnreadable = 3023,

    /// <summary>There is no picture: no monitor, or the firmware closed the screen at once.</summary>
    ScreenUnavailable = 3024,
}
