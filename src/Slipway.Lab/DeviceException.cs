namespace Slipway.Lab;

/// <summary>A device or program of the lab did not do what it was asked; somebody must go and look. The message says what, where, what was found instead, what to do.</summary>
public sealed class DeviceException : Exception
{
    /// <param name="code"><c>SLP5xxx</c>, explained in docs/errors.md.</param>
    /// <param name="message">Without the code.</param>
    /// <param name="inner">The cause, kept.</param>
    public DeviceException(string code, string message, Exception? inner = null) : base($"{message} [{code}]", inner) => Code = code;

    public string Code { get; }
}
