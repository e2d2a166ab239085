using Slipway.LabFile.Values;

namespace Slipway.LabFile.Labs;

/// <summary>The lab file and its includes, each as one section, in the order of reading.</summary>
/// <param name="Files">The top level of each file.</param>
/// <param name="AllRead">False when a file could not be read: then what is not declared may well be declared there.</param>
internal sealed record LabParts(IReadOnlyList<Section> Files, bool AllRead);
