using System.CommandLine;

namespace Slipway.Verbs;

/// <summary>A verb, with what its <c>--help</c> owes: at least one example, and its exit codes.</summary>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines with a word of explanation.</summary>
    public required IReadOnlyList<(string CommandLine, string Meaning)> Examples { get; init; }

    public required IReadOnlyList<(int Code, string Meaning)> ExitCodes { get; init; }
}
