using System.Globalization;
using System.Text;
using System.Xml;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs.Reports;

namespace Slipway.Lab.Runs;

/// <summary>Writes a run as JUnit XML, the way CI servers read it: the run itself is the first case, its reported tests follow.</summary>
public static class JUnitXml
{
    /// <summary>The <c>classname</c> of the case that is the run itself.</summary>
    public const string RunClass = "slipway";

    /// <param name="run">A judged run.</param>
    /// <param name="tests">The tests it reported.</param>
    /// <param name="consoleTail">The end of its console; any bytes.</param>
    public static string Write(RunRecord run, IReadOnlyList<TestCase> tests, ReadOnlySpan<byte> consoleTail)
    {
        string console = Legal(Encoding.UTF8.GetString(consoleTail));
        bool isFault = run.Verdict is Verdict.LabFault or Verdict.Busy or Verdict.Cancelled;
        bool hasFailed = run.Verdict is not Verdict.Passed && !isFault;
        string seconds = run is { StartedAt: { } start, EndedAt: { } end } ? (end - start).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) : "0";
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Legal(run.Name));
            xml.WriteAttributeString("hostname", Legal(run.Machine));
            xml.WriteAttributeString("tests", (tests.Count + 1).ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("failures", (tests.Count(t => t.Outcome == TestOutcome.Failed) + (hasFailed ? 1 : 0)).ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("errors", isFault ? "1" : "0");
            xml.WriteAttributeString("skipped", tests.Count(t => t.Outcome == TestOutcome.Skipped).ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("time", seconds);

            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", RunClass);
            xml.WriteAttributeString("name", Legal(run.Name));
            xml.WriteAttributeString("time", seconds);
            if (hasFailed || isFault)
            {
                // JUnit's difference is ours: a failure is the tested thing's, an error is the bench's.
                xml.WriteStartElement(isFault ? "error" : "failure");
                xml.WriteAttributeString("type", run.Verdict?.Word() ?? "");
                xml.WriteAttributeString("message", Legal(run.Reason));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();

            foreach (TestCase test in tests)
            {
                xml.WriteStartElement("testcase");
                xml.WriteAttributeString("classname", Legal(run.Name));
                xml.WriteAttributeString("name", Legal(test.Name));
                if (test.Outcome != TestOutcome.Passed)
                {
                    xml.WriteStartElement(test.Outcome == TestOutcome.Failed ? "failure" : "skipped");
                    xml.WriteAttributeString("message", Legal(test.Detail));
                    xml.WriteEndElement();
                }
                xml.WriteEndElement();
            }
            xml.WriteElementString("system-out", console);
            xml.WriteEndElement();
        }
        return text.Append('\n').ToString();
    }

    // XML 1.0 has no control characters but three, and no lone surrogates; a console has them all.
    private static string Legal(string text)
    {
        var legal = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int value = rune.Value;
            bool isLegal = value is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or >= 0x10000;
            legal.Append(isLegal ? rune.ToString() : "\uFFFD");
        }
        return legal.ToString();
    }
}
