namespace Slipway.Amt.Checks;

/// <summary>How one prerequisite was found.</summary>
public enum AmtCheckOutcome
{
    Good,

    /// <summary>It works, and could be better.</summary>
    Advice,

    /// <summary>A boot over AMT cannot work like this.</summary>
    Failed,

    /// <summary>Not looked at, because something before it failed.</summary>
    Skipped,
}

/// <summary>One prerequisite of a boot over AMT.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Outcome">How it was found.</param>
/// <param name="Found">What was found, in words.</param>
/// <param name="Remedy">What to do and where; empty when nothing.</param>
public sealed record AmtCheckStep(string Name, AmtCheckOutcome Outcome, string Found, string Remedy);
