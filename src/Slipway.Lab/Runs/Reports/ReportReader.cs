using Slipway.Lab.Consoles;
using Slipway.LabFile;

namespace Slipway.Lab.Runs.Reports;

/// <summary>Finds test reports among a console's lines. In <c>auto</c> the first line that can be nothing else decides the format; console noise between is passed over.</summary>
public sealed class ReportReader
{
    private readonly List<IReportFormat> _formats = [];
    private IReportFormat? _format;

    /// <param name="kind">Which formats are looked for.</param>
    public ReportReader(ReportKind kind)
    {
        // TAP last: its plan line is the least unmistakable of them.
        if (kind is ReportKind.Auto or ReportKind.Ktap) _formats.Add(new TapReport(isKernel: true));
        if (kind is ReportKind.Auto or ReportKind.Sotest) _formats.Add(new SotestReport());
        if (kind is ReportKind.Auto or ReportKind.Lava) _formats.Add(new LavaReport());
        if (kind is ReportKind.Auto or ReportKind.Wvtest) _formats.Add(new WvtestReport());
        if (kind is ReportKind.Auto or ReportKind.Tap) _formats.Add(new TapReport(isKernel: false));
    }

    /// <summary>In the order they were reported, complaints about the report itself (a plan not fulfilled) among them.</summary>
    public IReadOnlyList<TestCase> Tests => _format?.Tests ?? [];

    /// <summary>A report began and its end is known to be still to come.</summary>
    public bool IsUnderWay => _format is { HasEnded: false };

    /// <summary>A report came to its end.</summary>
    public bool HasEnded => _format is { HasEnded: true };

    public void Add(ConsoleLine line)
    {
        _format ??= _formats.Find(f => f.Begins(line.Text));
        _format?.Add(line.Text, line.Offset);
    }
}

/// <summary>One format of test reports, read line by line.</summary>
internal interface IReportFormat
{
    IReadOnlyList<TestCase> Tests { get; }

    /// <summary>True when nothing more is to come; a format without an end mark has always ended.</summary>
    bool HasEnded { get; }

    /// <summary>Whether a line can be nothing but the beginning of this format.</summary>
    bool Begins(string line);

    void Add(string line, long offset);
}
