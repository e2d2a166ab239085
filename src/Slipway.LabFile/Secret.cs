namespace Slipway.LabFile;

/// <summary>A value that never prints. Only the driver that needs it calls <see cref="Reveal"/>.</summary>
public sealed class Secret(string value)
{
    /// <summary>The value itself. The caller keeps it out of logs, errors and command lines.</summary>
    public string Reveal() => value;

    public override string ToString() => "***";
}
