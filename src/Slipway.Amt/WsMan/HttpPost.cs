using System.Globalization;
using System.Text;

namespace Slipway.Amt.WsMan;

/// <summary>Posts one body after the other to <c>/wsman</c>: keeps the connection while the firmware does, logs in by digest. One caller at a time.</summary>
/// <param name="endpoint">For the login and for messages.</param>
/// <param name="connect">Opens a connection to the web port.</param>
/// <param name="time">Clock.</param>
/// <param name="login">Holds the challenge, across connections.</param>
internal sealed class HttpPost(AmtEndpoint endpoint, Func<CancellationToken, Task<AmtLink>> connect, TimeProvider time, DigestLogin login) : IAsyncDisposable
{
    private const string Method = "POST";
    private const string Path = "/wsman";
    private const int Unauthorized = 401;
    private const string ProductName = "Intel(R) Active Management Technology";

    /// <summary>401 answers to one request, the one that brings the first challenge included. Each wrong login is logged by the firmware as an attack and slows it down.</summary>
    private const int MaxUnauthorized = 3;

    private HttpConnection? _connection;

    /// <summary>How long an answer may take from the request's first byte to its own last one.</summary>
    public required TimeSpan AnswerDeadline { get; init; }

    /// <summary>Whether there ever was an answer.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>From the Server header, such as <c>8.1.72</c>; null when it was not sent.</summary>
    public string? FirmwareVersion { get; private set; }

    /// <summary>Sends a body and gives the answer, which is none of 401.</summary>
    /// <exception cref="AmtException">Also Unreachable with an <see cref="EndOfStreamException"/> inside: a fresh connection was closed unanswered.</exception>
    public async Task<HttpAnswer> SendAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        for (int unauthorized = 1; ; unauthorized++)
        {
            HttpAnswer answer = await ExchangeAsync(login.Authorize(Method, Path, body.Span), body, ct);
            HasAnswered = true;
            Learn(answer);
            if (answer.Status != Unauthorized) return answer;
            if (login.Take(Challenge(answer)) && unauthorized < MaxUnauthorized) continue;
            login.Forget();
            throw new AmtException(AmtProblem.WrongCredentials, $"{endpoint}: the firmware refuses the login of user '{endpoint.User}': user name or password is wrong; it is not tried again, because the firmware locks out after several wrong logins");
        }
    }

    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection) await connection.DisposeAsync();
    }

    /// <summary>The same without waiting, for a timer; TLS is ended without its farewell.</summary>
    public void Close() => Interlocked.Exchange(ref _connection, null)?.Dispose();

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<HttpAnswer> ExchangeAsync(string? authorization, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        while (true)
        {
            HttpConnection connection = _connection ??= new HttpConnection(await connect(ct), endpoint.ToString());
            bool reused = connection.Used;
            try
            {
                HttpAnswer answer = await AskAsync(connection, Request(authorization, body.Span, connection.Tls), ct);
                if (connection.Finished) await CloseAsync();
                return answer;
            }
            catch (EndOfStreamException e)
            {
                await CloseAsync();
                if (reused) continue; // The firmware had closed it meanwhile; the next connection is a new one.
                throw new AmtException(AmtProblem.Unreachable, $"{endpoint}: the web port accepts connections and closes them without an answer; the firmware may be asleep or restarting", e);
            }
            catch
            {
                await CloseAsync();
                throw;
            }
        }
    }

    private async Task<HttpAnswer> AskAsync(HttpConnection connection, byte[] request, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(AnswerDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await connection.AskAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new AmtException(AmtProblem.TimedOut, $"{endpoint}: the firmware took the request and sent no whole answer within {AnswerDeadline.TotalSeconds:0} s", e);
        }
    }

    private byte[] Request(string? authorization, ReadOnlySpan<byte> body, bool tls)
    {
        int port = endpoint.BasePort + (tls ? 1 : 0);
        string host = endpoint.Host.Contains(':') ? $"[{endpoint.Host}]" : endpoint.Host;
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Path} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if (authorization is not null) head.Append(CultureInfo.InvariantCulture, $"Authorization: {authorization}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/soap+xml; charset=UTF-8\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }

    private void Learn(HttpAnswer answer)
    {
        if (answer.Header("Server") is { } server && server.StartsWith(ProductName, StringComparison.OrdinalIgnoreCase) && server.Length > ProductName.Length)
            FirmwareVersion = server[ProductName.Length..].Trim();
    }

    private DigestChallenge Challenge(HttpAnswer answer)
    {
        string[] asked = [.. answer.All("WWW-Authenticate")];
        if (asked.Select(DigestChallenge.Read).FirstOrDefault(c => c is not null) is { } challenge) return challenge;
        if (asked.Any(DigestChallenge.IsDigest))
            throw new AmtException(AmtProblem.BadAnswer, $"{endpoint}: the login challenge cannot be read, or asks for a digest that no firmware uses");
        throw new AmtException(AmtProblem.NotAmt, $"{endpoint}: what answers asks for a login other than digest, so it is no AMT firmware set up for digest users; check the address and the port");
    }
}
