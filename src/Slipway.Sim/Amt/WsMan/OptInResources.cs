using System.Xml.Linq;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>IPS_OptInService: who has to agree, and the six digits.</summary>
internal sealed class OptInResources(FirmwareState state, ConsentDesk desk, AuditLog audit)
{
    private const string Name = "Intel(r) AMT OptIn Service";

    public IEnumerable<SimResource> All()
    {
        yield return new SimResource("IPS_OptInService", call => [Service(call)])
        {
            Realm = SimRealm.Redirection,
            Put = Put,
            Methods = new Dictionary<string, SimMethod>
            {
                ["StartOptIn"] = new([], (call, _) =>
                {
                    audit.Add(AuditEvent.ConsentRequested, call.User);
                    return WsResult.Of(desk.Start());
                }),
                ["SendOptInCode"] = new(["OptInCode"], (call, arguments) => WsResult.Of(desk.Send(arguments.Number("OptInCode"), call.HostIsOn))),
                ["CancelOptIn"] = new([], (_, _) => WsResult.Of(desk.Cancel())),
            },
        };
    }

    private XElement Service(WsCall call) => SimInstance.Make(
        "IPS_OptInService",
        ("CanModifyOptInPolicy", state.AdminControl ? 1 : 0),
        ("CreationClassName", "IPS_OptInService"),
        ("ElementName", Name),
        ("Name", Name),
        ("OptInCodeTimeout", ConsentDesk.IdleSeconds),
        ("OptInDisplayTimeout", ConsentDesk.DisplaySeconds),
        ("OptInRequired", state.AdminControl ? state.Consent : SimConsent.All),
        ("OptInState", desk.Step(call.HostIsOn)),
        ("SystemCreationClassName", "CIM_ComputerSystem"),
        ("SystemName", "Intel(r) AMT"));

    private WsAnswer Put(WsCall call, XElement current, XElement wanted)
    {
        // OptInState may differ by now: it is passed over, like the time-outs that this simulator keeps fixed.
        if (SimInstance.CheckPut(current, wanted, ["Name", "CreationClassName", "CanModifyOptInPolicy"], []) is { } fault) return WsAnswer.Failed(fault.Code, fault.Reason);
        if (!uint.TryParse(SimInstance.Text(wanted, "OptInRequired"), out uint required) || !Enum.IsDefined((SimConsent)required))
            return WsAnswer.Failed(WsFaultCode.InvalidRepresentation, "OptInRequired is missing or wrong");
        if (!state.AdminControl && (SimConsent)required != SimConsent.All)
            return WsAnswer.Failed(WsFaultCode.AccessDenied, "consent is always required in client control mode");
        if (state.AdminControl) state.Consent = (SimConsent)required;
        return WsAnswer.Of(Service(call));
    }
}
