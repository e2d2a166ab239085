using Slipway.LabFile.Values;

namespace Slipway.LabFile.Runs;

/// <summary>The words of a run file that mean one thing of a few.</summary>
internal static class RunWords
{
    public static readonly WordList<ReportKind> Reports = new(
        ("auto", ReportKind.Auto), ("none", ReportKind.None), ("tap", ReportKind.Tap), ("ktap", ReportKind.Ktap),
        ("sotest", ReportKind.Sotest), ("lava", ReportKind.Lava), ("wvtest", ReportKind.Wvtest));

    public static readonly WordList<AfterRun> After = new(("off", AfterRun.Off), ("leave", AfterRun.Leave), ("reset", AfterRun.Reset));

    public static readonly WordList<RetryCause> RetryCauses = new(("lab-fault", RetryCause.LabFault));
}

/// <summary>What a run may be tried again for. A crash is an answer, and asking again would hide it.</summary>
internal enum RetryCause
{
    LabFault,
}
