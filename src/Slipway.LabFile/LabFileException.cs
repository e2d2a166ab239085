namespace Slipway.LabFile;

/// <summary>The lab file or run file is wrong; its author must act. Holds every error found, not the first.</summary>
public sealed class LabFileException(IReadOnlyList<FileProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<FileProblem> Problems { get; } = problems;
}

/// <summary>One thing wrong in a file.</summary>
/// <param name="File">As the user named it.</param>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Code"><c>SLP1xxx</c>, explained in docs/errors.md.</param>
/// <param name="Message">What is wrong, what was found instead, what to do.</param>
/// <param name="IsWarning">A warning stops nothing.</param>
public sealed record FileProblem(string File, int Line, int Column, string Code, string Message, bool IsWarning = false)
{
    public override string ToString() =>
        (Line == 0 ? File : $"{File}:{Line}:{Column}") + $": {Code}: {(IsWarning ? "warning: " : "")}{Message}";
}
