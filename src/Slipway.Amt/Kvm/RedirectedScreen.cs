using Slipway.Amt.Redirection;

namespace Slipway.Amt.Kvm;

/// <summary>The screen over the redirection port.</summary>
public static class RedirectedScreen
{
    /// <summary>Connects, logs in and opens the screen.</summary>
    /// <exception cref="AmtException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<KvmSession> OpenAsync(AmtTransport transport, TimeProvider time, CancellationToken ct)
    {
        var stream = new RedirectionStream(await RedirectionSession.OpenAsync(transport, RedirectionKind.Kvm, time, ct), time);
        try
        {
            await KvmOpening.OpenAsync(stream, ct);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
        return await KvmSession.OpenAsync(stream, null, time, ct);
    }
}
