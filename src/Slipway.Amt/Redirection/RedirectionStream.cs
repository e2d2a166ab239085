namespace Slipway.Amt.Redirection;

/// <summary>A redirection session as a stream, for protocols that run on one (RFB). Ends the session when it is disposed.</summary>
public sealed class RedirectionStream(RedirectionSession session, TimeProvider time) : Stream
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(1);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await session.ReadAsync(buffer, cancellationToken);
        }
        catch (AmtException e) when (e.Problem == AmtProblem.SessionLost)
        {
            throw new IOException(e.Explanation, e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await session.WriteAsync(buffer, cancellationToken);
        }
        catch (AmtException e) when (e.Problem == AmtProblem.SessionLost)
        {
            throw new IOException(e.Explanation, e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(EndDeadline, time);
        try
        {
            await session.EndAsync(deadline.Token);
        }
        catch (Exception e) when (e is AmtException or OperationCanceledException)
        {
            // It is gone already.
        }
        await session.DisposeAsync();
        await base.DisposeAsync();
    }
}
