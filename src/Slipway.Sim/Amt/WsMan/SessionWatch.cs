namespace Slipway.Sim.Amt.WsMan;

/// <summary>Writes into both logs which redirection sessions came and went since it last looked. Called under the state's lock.</summary>
/// <remarks>The redirection side tells nobody when it opens a session, so this looks at every request: a record's time is that of the request.</remarks>
internal sealed class SessionWatch(FirmwareState state, EventLog events, AuditLog audit)
{
    private readonly HashSet<SimSessionKind> _seen = [];

    public void Look(string user)
    {
        foreach (SimSessionKind kind in Enum.GetValues<SimSessionKind>())
        {
            bool open = state.Sessions.Contains(kind);
            if (open == _seen.Contains(kind)) continue;
            if (open) _seen.Add(kind);
            else _seen.Remove(kind);
            events.AddSession(kind, open);
            audit.Add(EventOf(kind, open), user);
        }
    }

    private static AuditEvent EventOf(SimSessionKind kind, bool open) => (kind, open) switch
    {
        (SimSessionKind.Sol, true) => AuditEvent.SolOpened,
        (SimSessionKind.Sol, false) => AuditEvent.SolClosed,
        (SimSessionKind.Ider, true) => AuditEvent.IderOpened,
        (SimSessionKind.Ider, false) => AuditEvent.IderClosed,
        (_, true) => AuditEvent.KvmOpened,
        (_, false) => AuditEvent.KvmClosed,
    };
}
