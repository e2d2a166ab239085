namespace Slipway.Amt.Kvm;

/// <summary>A picture that was taken: three bytes (red, green, blue) for a pixel, line after line.</summary>
internal sealed record ScreenPicture(int Width, int Height, byte[] Rgb);

/// <summary>A picture in the making: complete when every pixel has come since it was asked for. Used under the session's gate.</summary>
internal sealed class ScreenCapture
{
    private Coverage? _coverage;

    public TaskCompletionSource<ScreenPicture> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsTaken => Taken.Task.IsCompleted;

    /// <summary>The whole screen is being asked for: what comes from now on counts.</summary>
    public void Start(int width, int height) => _coverage = new Coverage(width, height);

    /// <summary>The screen has another size; what came before is of no use.</summary>
    public void Restart() => _coverage = null;

    public void Add(RfbUpdate update, FrameBuffer screen)
    {
        if (_coverage is null) return;
        foreach (RfbRectangle area in update.Changed) _coverage.Add(area);
        if (_coverage.Missing == 0) Taken.TrySetResult(new ScreenPicture(screen.Width, screen.Height, screen.ToRgb24()));
    }
}
