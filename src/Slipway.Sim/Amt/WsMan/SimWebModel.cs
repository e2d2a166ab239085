namespace Slipway.Sim.Amt.WsMan;

/// <summary>Everything behind <c>/wsman</c>: login, the table of classes, and what they share. Called under the state's lock.</summary>
internal sealed class SimWebModel : IAsyncDisposable
{
    private readonly FirmwareState _state;
    private readonly SimDigest _digest;
    private readonly SoapAnswer _writer = new();
    private readonly SimDispatch _dispatch;
    private readonly SessionWatch _sessions;
    private readonly EventLog _events;
    private ushort _wrongLogins;
    private int _busyAnswers;

    public SimWebModel(FirmwareState state, ISimulatedHost host)
    {
        _state = state;
        _digest = new SimDigest(state);
        Identity = SimIdentity.Of(state.Profile.Name);
        var clock = new SimClock(state.Time);
        var audit = new AuditLog(clock);
        var boot = new BootOverride(state);
        var accounts = new AccountList(state);
        _events = new EventLog(clock);
        _sessions = new SessionWatch(state, _events, audit);
        Consent = new ConsentDesk(state);
        Power = new PowerSwitch(state, host, boot, _events);

        IEnumerable<SimResource> table =
        [
            .. new PowerResources(state, Power, audit).All(),
            .. new BootResources(state, boot, audit).All(),
            .. new RedirectionResources(state).All(),
            .. new OptInResources(state, Consent, audit).All(),
            .. new SettingsResources(state, () => Identity).All(),
            .. new TimeResources(clock, audit).All(),
            .. new LogResources(_events, audit).All(),
            .. new InventoryResources(state, () => Identity).All(),
            .. new SetupResources(state, () => Identity).All(),
            .. new AccountResources(accounts, audit).All(),
        ];
        _dispatch = new SimDispatch(table, accounts.May, state.Profile.Version);
    }

    public SimIdentity Identity { get; set; }

    public ConsentDesk Consent { get; }

    public PowerSwitch Power { get; }

    /// <summary>Answers one POST to /wsman.</summary>
    /// <param name="request">Whole.</param>
    /// <param name="hostIsOn">Taken before the lock.</param>
    /// <param name="remembersLogin">The connection keeps its login (TLS).</param>
    /// <param name="user">Who is logged in on this connection; null at first.</param>
    public SimHttpAnswer Answer(SimHttpRequest request, bool hostIsOn, bool remembersLogin, ref string? user)
    {
        bool cached = remembersLogin && user is not null && request.Header("Authorization") is null;
        if (!cached && !LogIn(request, out user))
            return SimHttpAnswer.Page(SimHttpStatus.Unauthorized, "Log On", "Log on to Intel(R) Active Management Technology.") with { Challenge = _digest.Challenge(), Closes = true };

        if (!SoapRequest.TryRead(request.Body, out SoapRequest? soap))
            return Soap(null, WsAnswer.Failed(WsFaultCode.InvalidRepresentation, "The message is no SOAP 1.2 envelope."));
        if (_busyAnswers < _state.Faults.BusyAnswers)
        {
            _busyAnswers++;
            return Soap(soap, WsAnswer.Failed(WsFaultCode.QuotaLimit, "The service is busy servicing other requests."));
        }

        _sessions.Look(user!);
        return Soap(soap, _dispatch.Answer(soap, new WsCall(user!, hostIsOn)));
    }

    public async ValueTask DisposeAsync()
    {
        await Power.DisposeAsync();
        Consent.Dispose();
    }

    private bool LogIn(SimHttpRequest request, out string? user)
    {
        SimLogin login = _digest.Check(request, out string name);
        user = login == SimLogin.Accepted ? name : null;
        if (login == SimLogin.Wrong) _events.AddWrongLogin(++_wrongLogins);
        if (login == SimLogin.Accepted) _wrongLogins = 0;
        return login == SimLogin.Accepted;
    }

    private SimHttpAnswer Soap(SoapRequest? request, WsAnswer answer)
    {
        SimHttpStatus status = answer.Fault is null ? SimHttpStatus.OK : answer.Fault.IsOurs ? SimHttpStatus.InternalServerError : SimHttpStatus.BadRequest;
        return new SimHttpAnswer(status, SimHttpAnswer.Soap, _writer.Write(request, answer));
    }
}
