namespace Slipway.Netboot;

/// <summary>The boot servers cannot do their work: a port is taken, a right is missing, a loader is not there. The message says what, where, what was found instead, what to do.</summary>
/// <param name="code"><c>SLP2xxx</c>, explained in docs/errors.md.</param>
/// <param name="message">Without the code.</param>
/// <param name="isPermission">True when more rights (or a namespace) would cure it.</param>
/// <param name="inner">What the system said.</param>
public sealed class NetbootException(string code, string message, bool isPermission, Exception? inner)
    : Exception($"{message} [{code}]", inner)
{
    public string Code { get; } = code;

    /// <summary>The message without the code, for whoever passes it on under the same code.</summary>
    public string Explanation { get; } = message;

    public bool IsPermission { get; } = isPermission;
}
