namespace Slipway.LabFile;

/// <summary>A lab file that can be used.</summary>
/// <param name="Lab">What it describes.</param>
/// <param name="Warnings">What its author should look at; nothing that stops the lab.</param>
public sealed record LabFileResult(LabDescription Lab, IReadOnlyList<FileProblem> Warnings);
