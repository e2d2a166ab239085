using System.Buffers;

namespace Slipway.Amt.WsMan;

/// <summary>A connection to the firmware's web port that carries one request after the other. One caller at a time.</summary>
/// <param name="link">Owned.</param>
/// <param name="where">The firmware, for messages.</param>
internal sealed class HttpConnection(AmtLink link, string where) : IAsyncDisposable, IDisposable
{
    private readonly byte[] _buffer = new byte[8192];

    public bool Tls => link.Tls;

    /// <summary>Whether it has carried an answer already; such a connection may be closed by the firmware at any time.</summary>
    public bool Used { get; private set; }

    /// <summary>Whether the last answer was the last one here.</summary>
    public bool Finished { get; private set; }

    /// <summary>Sends a request in one write and reads its answer.</summary>
    /// <exception cref="EndOfStreamException">The connection was dead before the first byte of an answer.</exception>
    /// <exception cref="AmtException">NotAmt, BadAnswer.</exception>
    public async Task<HttpAnswer> AskAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        // Whatever goes wrong from here on, nothing else may be asked on this connection.
        Finished = true;
        IOException? unsent = await SendAsync(request, ct);
        var reader = new HttpAnswerReader();
        while (true)
        {
            int count = await ReceiveAsync(reader, unsent, ct);
            int used = 0;
            OperationStatus status = count == 0 ? reader.End() : reader.Read(_buffer.AsSpan(0, count), out used);
            if (status == OperationStatus.NeedMoreData) continue;
            if (status == OperationStatus.InvalidData) throw Broken(reader.Defect);

            // Bytes behind the answer were not asked for; what else comes here cannot be trusted to belong to anything.
            HttpAnswer answer = reader.Answer;
            Used = true;
            Finished = !answer.KeepAlive || used < count;
            return answer;
        }
    }

    public void Dispose() => link.Stream.Dispose();

    public ValueTask DisposeAsync() => link.DisposeAsync();

    // A firmware that answers 401 and closes may do so before it took the whole request: the answer is there all the same.
    private async Task<IOException?> SendAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        try
        {
            await link.Stream.WriteAsync(request, ct);
            await link.Stream.FlushAsync(ct);
            return null;
        }
        catch (IOException e)
        {
            return e;
        }
    }

    private async Task<int> ReceiveAsync(HttpAnswerReader reader, IOException? unsent, CancellationToken ct)
    {
        try
        {
            int count = await link.Stream.ReadAsync(_buffer, ct);
            if (count > 0 || reader.Started) return count;
        }
        catch (IOException e) when (reader.Started)
        {
            throw new AmtException(AmtProblem.BadAnswer, $"{where}: the connection broke in the middle of an answer ({e.Message})", e);
        }
        catch (IOException e)
        {
            unsent ??= e;
        }

        throw new EndOfStreamException("closed without an answer", unsent);
    }

    private AmtException Broken(HttpDefect defect) => defect switch
    {
        HttpDefect.NotHttp => new(AmtProblem.NotAmt, $"{where}: what answers on the web port does not speak HTTP; check the address and the port"),
        HttpDefect.TooLarge => new(AmtProblem.BadAnswer, $"{where}: an answer is larger than {HttpAnswerReader.MaxBodyBytes} bytes, or its head larger than {HttpAnswerReader.MaxHeadBytes}; it was not read"),
        HttpDefect.Truncated => new(AmtProblem.BadAnswer, $"{where}: the connection was closed in the middle of an answer"),
        _ => new(AmtProblem.BadAnswer, $"{where}: an answer breaks the rules of HTTP (status line, header, length or chunk)"),
    };
}
