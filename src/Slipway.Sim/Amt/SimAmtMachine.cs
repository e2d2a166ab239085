using Slipway.Sim.Amt.Redirection;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.Sim.Amt;

/// <summary>One simulated AMT firmware with its ports open, around a PC that somebody else made and ends.</summary>
public sealed class SimAmtMachine : IAsyncDisposable
{
    private readonly SimRedirection _redirection;
    private readonly SimAmtListener _listener;

    private SimAmtMachine(SimAmtOptions options, ISimulatedHost host, TimeProvider time)
    {
        State = new FirmwareState(options.Profile, options.Faults, options.Password, time)
        {
            AdminControl = !options.ClientControl,
            Consent = options.ClientControl ? SimConsent.All : options.Consent,
            ListenerEnabled = options.ListenerEnabled,
            SolEnabled = options.SolEnabled,
            IderEnabled = options.IderEnabled,
            KvmEnabled = options.KvmEnabled,
        };
        Web = new SimWebService(State, host);
        _redirection = new SimRedirection(State, host);
        _listener = SimAmtListener.Start(
            new SimAmtListenerOptions { Address = options.Address, BasePort = options.BasePort, Tls = options.Tls, Rfb5900 = true, RfbPort = options.RfbPort },
            State, Web.ServeAsync, _redirection.ServeAsync, _redirection.ServeRfbAsync);
    }

    public FirmwareState State { get; }

    /// <summary>The web side; it knows the consent code that is on the PC's screen.</summary>
    public SimWebService Web { get; }

    public int BasePort => _listener.Web;

    public int RfbPort => _listener.Rfb;

    /// <summary>Null without TLS.</summary>
    public string? CertificateSha256 => _listener.CertificateSha256;

    /// <summary>Opens the ports.</summary>
    public static SimAmtMachine Start(SimAmtOptions options, ISimulatedHost host, TimeProvider time) => new(options, host, time);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _redirection.DisposeAsync();
        await Web.DisposeAsync();
    }
}
