namespace Slipway.Amt.Kvm;

/// <summary>The keyboard and the pointer.</summary>
public sealed partial class KvmSession
{
    /// <summary>Between two key events. Setup programs poll the keyboard; SeaBIOS loses nothing at this pace.</summary>
    private static readonly TimeSpan KeySpacing = TimeSpan.FromMilliseconds(20);

    /// <summary>For letting go of keys after typing was cut short.</summary>
    private static readonly TimeSpan ReleaseDeadline = TimeSpan.FromSeconds(2);

    // Two texts at a time would be none.
    private readonly SemaphoreSlim _typing = new(1);

    /// <summary>Types text; keys have names in braces, as in <c>{F2}</c>, <c>root{Enter}</c>, <c>{Ctrl+Alt+Del}</c>.</summary>
    /// <param name="text">Not kept and not logged: it may be a password. <c>{{}</c> and <c>{}}</c> are the braces themselves.</param>
    /// <param name="ct">Ends typing between two keys; none stays pressed.</param>
    /// <exception cref="AmtException">BadArgument, before anything was typed, for a name that is no key; SessionLost.</exception>
    public async Task TypeAsync(string text, CancellationToken ct)
    {
        IReadOnlyList<KeyStroke> strokes = KeyScript.Parse(text);
        await _typing.WaitAsync(ct);
        var held = new Stack<uint>();
        try
        {
            foreach (KeyStroke stroke in strokes)
            {
                if (stroke.IsDown) held.Push(stroke.Symbol);
                await SendKeyAsync(stroke, ct);
                if (!stroke.IsDown) held.Pop(); // strokes end in the opposite order of their beginning
                await Task.Delay(KeySpacing, _time, ct);
            }
        }
        finally
        {
            if (held.Count > 0) await ReleaseAsync(held);
            _typing.Release();
        }
    }

    /// <summary>Puts the pointer somewhere, with the buttons that are down there.</summary>
    /// <param name="x">From the left, in pixels.</param>
    /// <param name="y">From above, in pixels.</param>
    /// <param name="buttons">Bit 0 left, 1 middle, 2 right, 3 and 4 the wheel up and down.</param>
    /// <param name="ct">Gives up waiting for the connection.</param>
    /// <exception cref="AmtException">BadArgument outside of the screen; SessionLost.</exception>
    public Task PointerAsync(int x, int y, int buttons, CancellationToken ct)
    {
        ScreenSize size = Size;
        if (x < 0 || y < 0 || x >= size.Width || y >= size.Height || buttons is < 0 or > byte.MaxValue)
            throw new AmtException(AmtProblem.BadArgument, $"there is no pointer at {x}, {y} with buttons {buttons}: the screen is {size}, and buttons go from 0 to 255");
        return SendPointerAsync(x, y, (byte)buttons, ct);
    }

    /// <summary>Without looking whether the place is on the screen, whose size may change at any moment.</summary>
    internal Task SendPointerAsync(int x, int y, byte buttons, CancellationToken ct) =>
        SendAsync(token => _client.SendPointerAsync(x, y, buttons, token), ct);

    internal Task SendKeyAsync(KeyStroke stroke, CancellationToken ct) => SendAsync(token => _client.SendKeyAsync(stroke, token), ct);

    private async Task SendAsync(Func<CancellationToken, Task> send, CancellationToken ct)
    {
        if (Fault is { } fault) throw Again(fault);
        try
        {
            await send(ct);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw RfbProblems.Lost(error);
        }
    }

    private async Task ReleaseAsync(Stack<uint> held)
    {
        using var deadline = new CancellationTokenSource(ReleaseDeadline, _time);
        try
        {
            while (held.TryPop(out uint symbol)) await SendKeyAsync(new KeyStroke(false, symbol), deadline.Token);
        }
        catch (Exception error) when (error is AmtException or OperationCanceledException)
        {
            // The connection is gone, and the firmware lets go by itself.
        }
    }
}
