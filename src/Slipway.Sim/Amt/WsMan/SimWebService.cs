using System.Buffers;
using System.Net.Security;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>The web port of a simulated firmware: HTTP/1.1 with digest login, and WS-Management at <c>/wsman</c>.</summary>
/// <param name="state">Shared with the redirection side.</param>
/// <param name="host">The PC.</param>
/// <remarks>Connections may be served at the same time by any threads; requests are answered one after the other, as the firmware does.
/// Dispose it after the last connection: accepted power requests still on their way are given up.</remarks>
public sealed class SimWebService(FirmwareState state, ISimulatedHost host) : IAsyncDisposable
{
    private const string WsManPath = "/wsman";
    private const int ReadBytes = 4096;
    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly SimWebModel _model = new(state, host);

    /// <summary>Who the machine is; by default made from the profile's name. Set before the first connection.</summary>
    public SimIdentity Identity
    {
        get => _model.Identity;
        init => _model.Identity = value;
    }

    /// <summary>The six digits that stand on the PC's screen; null when none do or the PC is off.</summary>
    public string? ConsentCode
    {
        get
        {
            bool on = host.IsOn;
            lock (state.Lock) return on ? _model.Consent.Code : null;
        }
    }

    /// <summary>What the PC's machinery threw at the last accepted power request that failed; null when none did.</summary>
    public Exception? HostFailure => _model.Power.Failure;

    /// <summary>Serves one connection, TLS already unwrapped, until the peer closes it or an answer said that it is closed.
    /// The stream is the caller's to dispose.</summary>
    /// <remarks>Over an <see cref="SslStream"/> a login holds for the rest of the connection, as with the firmware.
    /// Returns when cancelled; broken connections end it silently.</remarks>
    public async Task ServeAsync(Stream connection, CancellationToken ct)
    {
        try
        {
            await ServeRequestsAsync(connection, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer is gone: nobody to tell.
        }
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private async Task ServeRequestsAsync(Stream connection, CancellationToken ct)
    {
        byte[] buffer = new byte[ReadBytes];
        int filled = 0;
        string? user = null;
        bool continued = false;
        while (true)
        {
            OperationStatus status = SimHttpRequest.TryRead(buffer.AsSpan(0, filled), out SimHttpRequest? request, out int used, out bool wantsContinue);
            if (status == OperationStatus.NeedMoreData)
            {
                if (wantsContinue && !continued) await connection.WriteAsync(Continue, ct);
                continued |= wantsContinue;
                if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                int received = await connection.ReadAsync(buffer.AsMemory(filled), ct);
                if (received == 0) return;
                filled += received;
                continue;
            }

            bool reachable;
            lock (state.Lock) reachable = state.Reachable;
            if (!reachable)
            {
                // Not even a reset is sent: the console has to find out by itself. What it sends goes nowhere.
                while (await connection.ReadAsync(buffer, ct) > 0) filled = 0;
                return;
            }

            SimHttpAnswer answer = request is null
                ? SimHttpAnswer.Page(SimHttpStatus.BadRequest, "Bad request", "This is no HTTP request.") with { Closes = true }
                : Answer(request, connection is SslStream, ref user);
            if (request is { KeepsAlive: false }) answer = answer with { Closes = true };
            await SendAsync(connection, answer, ct);
            if (answer.Closes) return;

            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            continued = false;
        }
    }

    private SimHttpAnswer Answer(SimHttpRequest request, bool tls, ref string? user)
    {
        if (request.Target == "/" && request.Method == "GET")
            return SimHttpAnswer.Page(SimHttpStatus.OK, "Intel(R) Active Management Technology", "A simulated machine of Slipway. Use WS-Management.");
        if (request.Target != WsManPath) return SimHttpAnswer.Page(SimHttpStatus.NotFound, "Not found", "There is only /wsman here.");
        if (request.Method != "POST") return SimHttpAnswer.Page(SimHttpStatus.MethodNotAllowed, "Not allowed", "WS-Management is POST.");

        bool on = host.IsOn;
        lock (state.Lock) return _model.Answer(request, on, tls, ref user);
    }

    private async Task SendAsync(Stream connection, SimHttpAnswer answer, CancellationToken ct)
    {
        string? server = state.Profile.ServerHeader ? "Intel(R) Active Management Technology " + state.Profile.Version : null;
        ReadOnlyMemory<byte> rest = answer.ToBytes(server, state.Faults.Chunked && answer.ContentType == SimHttpAnswer.Soap);
        int piece = state.Faults.WritePieceBytes > 0 ? state.Faults.WritePieceBytes : rest.Length;
        while (!rest.IsEmpty)
        {
            int bytes = Math.Min(piece, rest.Length);
            await connection.WriteAsync(rest[..bytes], ct);
            await connection.FlushAsync(ct);
            rest = rest[bytes..];
        }
    }
}
