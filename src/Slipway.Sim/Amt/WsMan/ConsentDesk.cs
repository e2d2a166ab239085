using System.Globalization;
using System.Security.Cryptography;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Steps of user consent (IPS_OptInService.OptInState).</summary>
internal enum OptInState : uint
{
    NotStarted = 0,

    /// <summary>A code was made, the PC is off and shows nothing.</summary>
    Requested = 1,

    /// <summary>The code stands on the PC's screen.</summary>
    Displayed = 2,

    /// <summary>The right code was sent.</summary>
    Received = 3,
    InSession = 4,
}

/// <summary>Makes, shows and takes the six digits. Called under the state's lock.</summary>
internal sealed class ConsentDesk(FirmwareState state) : IDisposable
{
    /// <summary>OptInCodeTimeout: that long without a session, and consent is gone; seconds.</summary>
    public const int IdleSeconds = 120;

    /// <summary>OptInDisplayTimeout: that long the code stays on the screen; seconds.</summary>
    public const int DisplaySeconds = 300;

    private const int Codes = 1_000_000;
    private const int MostWrongCodes = 3;

    private ITimer? _timer;
    private string? _code;
    private int _wrong;

    public OptInState Step(bool hostIsOn)
    {
        if (state.ConsentGiven) return state.Sessions.Count > 0 ? OptInState.InSession : OptInState.Received;
        if (_code is null) return OptInState.NotStarted;
        return hostIsOn ? OptInState.Displayed : OptInState.Requested;
    }

    /// <summary>The code while one is asked for.</summary>
    public string? Code => _code;

    public WsReturn Start()
    {
        if (_code is not null || state.ConsentGiven) return WsReturn.InvalidState;
        _code = RandomNumberGenerator.GetInt32(Codes).ToString("D6", CultureInfo.InvariantCulture);
        _wrong = 0;
        Restart(DisplaySeconds);
        return WsReturn.Success;
    }

    public WsReturn Send(uint? code, bool hostIsOn)
    {
        if (code is null) return WsReturn.InvalidParameter;
        // Nobody can have read what was never shown.
        if (Step(hostIsOn) != OptInState.Displayed) return WsReturn.InvalidState;
        if (code.Value.ToString("D6", CultureInfo.InvariantCulture) != _code)
        {
            if (++_wrong == MostWrongCodes) Forget();
            return WsReturn.Unsupported;
        }

        _code = null;
        state.ConsentGiven = true;
        Restart(IdleSeconds);
        return WsReturn.Success;
    }

    public WsReturn Cancel()
    {
        if (_code is null && !state.ConsentGiven) return WsReturn.InvalidState;
        if (state.ConsentGiven && state.Sessions.Count > 0) return WsReturn.InvalidState;
        Forget();
        return WsReturn.Success;
    }

    public void Dispose() => _timer?.Dispose();

    private void Forget()
    {
        _code = null;
        state.ConsentGiven = false;
        _timer?.Dispose();
        _timer = null;
    }

    private void Restart(int seconds)
    {
        _timer?.Dispose();
        _timer = state.Time.CreateTimer(_ => Expire(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    private void Expire()
    {
        lock (state.Lock)
        {
            if (state.ConsentGiven && state.Sessions.Count > 0) Restart(IdleSeconds);
            else Forget();
        }
    }
}
