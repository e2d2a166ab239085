namespace Slipway.Lab.Machines;

/// <summary>A machine's screen.</summary>
public interface IMachineScreen
{
    /// <summary>The screen as it is now, as a PNG file's bytes. Trouble is a <see cref="DeviceException"/>.</summary>
    Task<byte[]> CapturePngAsync(CancellationToken ct);
}
