namespace Slipway.LabFile.Values;

/// <summary>What a file is read against: the environment, the files, and where problems go.</summary>
internal sealed record Surroundings(Func<string, string?> Environment, IFileSource Files, ProblemList Problems);
