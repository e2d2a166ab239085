using System.Text.RegularExpressions;

namespace Slipway.Lab.Runs;

/// <summary>What a system prints when it has crashed.</summary>
/// <param name="System">Whose words these are; <c>any</c> for those that many use.</param>
/// <param name="Name">What it means, for people.</param>
/// <param name="Pattern">Regular expression over one line.</param>
/// <param name="Example">A line that matches.</param>
/// <param name="NearMiss">A harmless line that looks like it and must not match.</param>
public sealed record CrashPattern(string System, string Name, string Pattern, string Example, string NearMiss)
{
    /// <remarks>The plain engine: our own patterns are bounded by their making, and it is there at once where the non-backtracking one takes milliseconds to build.</remarks>
    public Regex Regex { get; } = new(Pattern, RegexOptions.CultureInvariant);

    /// <summary>System and name, as a reason begins.</summary>
    public string Title => System == "any" ? Name : $"{System} {Name}";
}
