namespace Slipway.Output;

/// <summary>What was asked for cannot be: the user must ask otherwise. Nothing was touched; exit code 2.</summary>
/// <param name="code"><c>SLP7xxx</c>, explained in docs/errors.md.</param>
/// <param name="message">What, where, found instead, what to do; without the code.</param>
internal sealed class UsageException(string code, string message) : Exception($"{message} [{code}]");
