using System.Xml;
using Slipway.Lab;
using Slipway.Lab.Runs;
using Slipway.Lab.Runs.Reports;

namespace Slipway.Output;

/// <summary>One test case of a run's JUnit file.</summary>
/// <param name="Suite">The <c>classname</c>, empty when none.</param>
/// <param name="Message">Of its failure or skip; empty when passed.</param>
internal sealed record ReportedTest(string Suite, string Name, TestOutcome Outcome, string Message)
{
    /// <summary>The file's cases in order; none when there is no file.</summary>
    public static IReadOnlyList<ReportedTest> Read(string path)
    {
        if (!File.Exists(path)) return [];

        var tests = new List<ReportedTest>();
        try
        {
            using var xml = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            while (xml.Read())
            {
                if (xml.NodeType != XmlNodeType.Element) continue;
                switch (xml.Name)
                {
                    case "testcase":
                        tests.Add(new ReportedTest(xml.GetAttribute("classname") ?? "", xml.GetAttribute("name") ?? "", TestOutcome.Passed, ""));
                        break;
                    case "failure" or "error" when tests.Count > 0:
                        tests[^1] = tests[^1] with { Outcome = TestOutcome.Failed, Message = xml.GetAttribute("message") ?? "" };
                        break;
                    case "skipped" when tests.Count > 0:
                        tests[^1] = tests[^1] with { Outcome = TestOutcome.Skipped, Message = xml.GetAttribute("message") ?? "" };
                        break;
                }
            }
        }
        catch (XmlException e)
        {
            throw new DeviceException("SLP5907", $"the test report {path} is damaged at line {e.LineNumber}: {e.Message}; the console beside it may still be whole", e);
        }
        // The run's own case is its verdict, which is told elsewhere.
        tests.RemoveAll(t => t.Suite == JUnitXml.RunClass);
        return tests;
    }
}
