namespace Slipway.Sim.Amt.Redirection;

/// <summary>Things that go on at the same time in one session, which is over as soon as one of them is.</summary>
internal static class Conversation
{
    /// <summary>Runs all parts until the first one ends; the others are cancelled and awaited.</summary>
    /// <remarks>A connection that broke is an end like any other.</remarks>
    public static async Task RunAsync(CancellationToken ct, params Func<CancellationToken, Task>[] parts)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] running = [.. parts.Select(part => EndQuietlyAsync(part, over.Token))];
        await Task.WhenAny(running);
        await over.CancelAsync();
        await Task.WhenAll(running);
    }

    private static async Task EndQuietlyAsync(Func<CancellationToken, Task> part, CancellationToken ct)
    {
        try
        {
            await part(ct);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Cancelled, or nobody at the other end.
        }
    }

    /// <summary>Whether that is how connections end, and no mistake of ours.</summary>
    public static bool IsEnd(Exception e) => e is OperationCanceledException or IOException or ObjectDisposedException;
}
