namespace Slipway.Lab;

/// <summary>This user may not do that; the message says what right is missing and how to get it.</summary>
/// <param name="message">With its code.</param>
/// <param name="inner">The cause, kept.</param>
public sealed class NotAllowedException(string message, Exception? inner = null) : Exception(message, inner);
