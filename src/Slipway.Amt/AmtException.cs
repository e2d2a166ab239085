namespace Slipway.Amt;

/// <summary>Something with Intel AMT did not work. The message says what, where, what was found instead and what to do; it never holds a password.</summary>
/// <param name="problem">What kind of trouble; its number is the code.</param>
/// <param name="message">Without the code.</param>
/// <param name="inner">What the system said.</param>
public sealed class AmtException(AmtProblem problem, string message, Exception? inner = null)
    : Exception($"{message} [SLP{(int)problem}]", inner)
{
    public AmtProblem Problem { get; } = problem;

    /// <summary>The message without the code, for whoever passes it on under the same code.</summary>
    public string Explanation { get; } = message;

    /// <summary><c>SLP3001</c> and so on.</summary>
    public string Code => $"SLP{(int)Problem}";

    /// <summary>The number the firmware answered with (<c>ReturnValue</c>, session status), where there was one.</summary>
    public uint? ReturnValue { get; init; }

    /// <summary>The fault's subcode as the firmware wrote it (local name), where there was one.</summary>
    public string? FaultSubcode { get; init; }
}
