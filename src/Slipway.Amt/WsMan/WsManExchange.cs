using System.Net.Sockets;
using System.Xml.Linq;

namespace Slipway.Amt.WsMan;

/// <summary>Asks one thing and gives the SOAP body of its answer; what passes by itself (a busy or waking firmware) is waited for. One caller at a time.</summary>
/// <param name="where">The firmware, for messages.</param>
/// <param name="post">Carries the bytes.</param>
/// <param name="time">Clock.</param>
internal sealed class WsManExchange(string where, HttpPost post, TimeProvider time)
{
    /// <summary>How long a busy firmware is asked again. Flash writes and a restart of its web server take a few seconds.</summary>
    public static readonly TimeSpan BusyDeadline = TimeSpan.FromSeconds(20);

    /// <summary>The first pause; each following one is twice as long, up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private long _messages;

    public async Task<XElement> AskAsync(WsManEnvelope envelope, CancellationToken ct)
    {
        string? messageId = envelope.Action is null ? null : $"{++_messages}";
        byte[] request = envelope.Write(messageId ?? "");
        long started = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = Shorter(pause * 2, LongestPause))
        {
            try
            {
                return WsManAnswer.Body(where, await post.SendAsync(request, ct), messageId);
            }
            catch (AmtException e) when (Passes(e))
            {
                TimeSpan spent = time.GetElapsedTime(started);
                if (spent + pause > BusyDeadline) throw e.Problem == AmtProblem.Busy ? StillBusy(e, spent) : e;
            }

            await Task.Delay(pause, time, ct);
        }
    }

    // A refused connection passes only for a firmware that answered before: then its web server is restarting.
    private bool Passes(AmtException e) => e.Problem switch
    {
        AmtProblem.Busy => true,
        AmtProblem.Unreachable => e.InnerException is EndOfStreamException
            || (post.HasAnswered && e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }),
        _ => false,
    };

    private AmtException StillBusy(AmtException last, TimeSpan spent) =>
        new(AmtProblem.Busy, $"{where}: the firmware was still busy after {spent.TotalSeconds:0} s; wait and try again, and if it stays so, take mains power from the machine for ten seconds (last answer: {last.FaultSubcode ?? "HTTP 503"})", last)
        {
            FaultSubcode = last.FaultSubcode,
        };

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
