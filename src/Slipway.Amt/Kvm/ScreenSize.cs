namespace Slipway.Amt.Kvm;

/// <summary>The size of a screen, in pixels.</summary>
public readonly record struct ScreenSize(int Width, int Height)
{
    public override string ToString() => $"{Width} × {Height}";
}
