namespace Slipway.Sim.Amt.WsMan;

/// <summary>Return values: the small ones are CIM's (DSP1027 and others), the rest the firmware's own status list.</summary>
internal enum WsReturn : uint
{
    Success = 0,
    InternalError = 1,
    InvalidState = 2,
    Blocked = 3,
    InvalidReference = 4,
    InvalidParameter = 5,
    AccessDenied = 6,

    /// <summary>Length of an account's name or digest is wrong.</summary>
    InvalidLength = 12,
    NotPermitted = 0x10,
    LimitReached = 0x17,
    InvalidIndex = 0x23,
    InvalidArgument = 0x24,
    InvalidHandle = 0x805,
    InvalidRealm = 0x807,
    Duplicate = 0x80A,
    Unsupported = 0x812,
    ConsentRequired = 0x821,

    /// <summary>Not from the state the machine is in, or not while a session is open.</summary>
    InvalidStateTransition = 4097,
    Busy = 4099,
}
