using System.Text;
using System.Xml.Linq;
using Slipway.Amt;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class WsManAnswerTests
{
    private static readonly string Good = ScriptedWeb.Envelope(ScriptedWeb.BootService, "17");

    [Fact]
    public void The_body_of_an_answer_is_given()
    {
        XElement body = WsManAnswer.Body("nuc3", Answer(Good), "17");

        Assert.Equal(5, body.Elements().Single().Number("EnabledState"));
    }

    [Theory]
    [InlineData("DestinationUnreachable", AmtProblem.FeatureAbsent)]
    [InlineData("ActionNotSupported", AmtProblem.FeatureAbsent)]
    [InlineData("AccessDenied", AmtProblem.AccessDenied)]
    [InlineData("TimedOut", AmtProblem.Busy)]
    [InlineData("InternalError", AmtProblem.Busy)]
    [InlineData("QuotaLimit", AmtProblem.Busy)]
    [InlineData("InvalidSelectors", AmtProblem.Fault)]
    [InlineData("InvalidRepresentation", AmtProblem.Fault)]
    public void Faults_are_told_apart(string subcode, AmtProblem problem)
    {
        var e = Assert.Throws<AmtException>(() => WsManAnswer.Body("nuc3", Answer(ScriptedWeb.Envelope(ScriptedWeb.Fault(subcode, "no \u0085bell"), "17"), 400), "17"));

        Assert.Equal((problem, subcode), (e.Problem, e.FaultSubcode));
        Assert.Contains($"fault {subcode}: no  bell", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_without_anything_in_it_is_a_fault() =>
        Assert.Equal(AmtProblem.Fault, ProblemOf(ScriptedWeb.Envelope("<a:Fault/>", "17"), 500));

    [Theory]
    [InlineData(200, "text/plain", "hello", AmtProblem.NotAmt)]
    [InlineData(200, "text/html", "<html><body>router</body></html>", AmtProblem.NotAmt)]
    [InlineData(200, null, "<!DOCTYPE html><html>", AmtProblem.NotAmt)]
    [InlineData(200, null, "", AmtProblem.NotAmt)]
    [InlineData(200, "text/xml", "<root/>", AmtProblem.NotAmt)]
    [InlineData(404, "text/html", "gone", AmtProblem.NotAmt)]
    [InlineData(301, "text/html", "<html/>", AmtProblem.NotAmt)]
    [InlineData(503, "text/html", "later", AmtProblem.Busy)]
    [InlineData(403, "text/html", "no", AmtProblem.AccessDenied)]
    [InlineData(200, "application/soap+xml", "", AmtProblem.BadAnswer)]
    [InlineData(200, "application/soap+xml", "<Envelope/>", AmtProblem.BadAnswer)]
    public void Answers_that_are_not_soap_are_told_apart(int status, string? type, string text, AmtProblem problem) =>
        Assert.Equal(problem, ProblemOf(text, status, type));

    [Fact]
    public void Another_requests_answer_is_not_taken()
    {
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good.Replace(">17<", ">16<", StringComparison.Ordinal)));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good.Replace("RelatesTo", "RelatedTo", StringComparison.Ordinal)));
    }

    [Fact]
    public void Wrong_namespaces_two_bodies_and_a_status_without_a_fault_are_not_taken()
    {
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good.Replace("2003/05", "2003/06", StringComparison.Ordinal)));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good.Replace("</a:Body>", "</a:Body><a:Body/>", StringComparison.Ordinal)));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good, 400));
    }

    [Fact]
    public void Entities_depth_and_count_are_bounded()
    {
        string laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>" + Good.Replace("Boot<", "&b;<", StringComparison.Ordinal)[Good.IndexOf("?>", StringComparison.Ordinal)..][2..];
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(laughs));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf("<!DOCTYPE x SYSTEM \"file:///etc/hostname\">" + laughs[(laughs.IndexOf("]>", StringComparison.Ordinal) + 2)..]));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(ScriptedWeb.Envelope(Repeat("<d>", 100_000), "17")));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(ScriptedWeb.Envelope(Repeat("<d>", 100) + Repeat("</d>", 100), "17")));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(ScriptedWeb.Envelope(Repeat("<d/>", WsManXml.MaxElements), "17")));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf(ScriptedWeb.Envelope($"<d {string.Concat(Enumerable.Range(0, 50_000).Select(i => $"a{i}='' "))}/>", "17")));
        Assert.Equal(AmtProblem.BadAnswer, ProblemOf("<?xml version=\"1.0\" encoding=\"no-such\"?>" + Good[(Good.IndexOf("?>", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void Every_truncation_is_a_bad_answer()
    {
        for (int length = 1; length < Good.Length; length++) Assert.Equal(AmtProblem.BadAnswer, ProblemOf(Good[..length]));
    }

    [Fact]
    public void Mutated_answers_end_in_a_body_or_an_amt_trouble()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] good = Encoding.UTF8.GetBytes(Good);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = [.. good];
            for (int i = random.Next(1, 5); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                WsManAnswer.Body("nuc3", new HttpAnswer(200, [("Content-Type", "application/soap+xml")], bytes, true), "17");
            }
            catch (AmtException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static HttpAnswer Answer(string text, int status = 200, string? type = "application/soap+xml; charset=UTF-8") =>
        new(status, type is null ? [] : [("content-type", type)], Encoding.UTF8.GetBytes(text), true);

    private static AmtProblem ProblemOf(string text, int status = 200, string? type = "application/soap+xml") =>
        Assert.Throws<AmtException>(() => WsManAnswer.Body("nuc3", Answer(text, status, type), "17")).Problem;
}
