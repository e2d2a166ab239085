using System.Xml.Linq;
using Slipway.Amt;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class WsManOperationTests
{
    private const string Class = "CIM_BootService";

    [Fact]
    public async Task An_enumeration_is_pulled_to_its_end()
    {
        var web = new ScriptedWeb(
            a => ScriptedWeb.Soap(a, "<n:EnumerateResponse><n:EnumerationContext>c1</n:EnumerationContext></n:EnumerateResponse>"),
            a => ScriptedWeb.Soap(a, $"<n:PullResponse><n:EnumerationContext>c2</n:EnumerationContext><n:Items>{ScriptedWeb.BootService}</n:Items></n:PullResponse>"),
            a => ScriptedWeb.Soap(a, $"<n:PullResponse><n:Items>{ScriptedWeb.BootService}{ScriptedWeb.BootService}</n:Items><n:EndOfSequence/></n:PullResponse>"));
        await using WsManClient client = web.Client();

        IReadOnlyList<XElement> all = await client.EnumerateAsync(Class, default);

        Assert.Equal(3, all.Count);
        Assert.Equal([null, "c1", "c2"], web.Requests.Select(r => r.Field("EnumerationContext>([^<]*)<")));
    }

    [Theory]
    [InlineData("<n:EnumerateResponse/>")]
    [InlineData("<n:Other/>")]
    public async Task An_enumeration_without_a_context_is_a_bad_answer(string body) =>
        await FailsAsync(new ScriptedWeb(a => ScriptedWeb.Soap(a, body)), c => c.EnumerateAsync(Class, default));

    [Theory]
    [InlineData("<n:PullResponse/>")]
    [InlineData("<n:Other/>")]
    [InlineData("<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext></n:PullResponse>")]
    [InlineData("<n:PullResponse><n:Items><x/></n:Items><n:EndOfSequence/></n:PullResponse>")]
    public async Task Pulling_that_leads_nowhere_is_a_bad_answer(string pulled) =>
        await FailsAsync(
            new ScriptedWeb(a => ScriptedWeb.Soap(a, "<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext></n:EnumerateResponse>"), a => ScriptedWeb.Soap(a, pulled)),
            c => c.EnumerateAsync(Class, default));

    [Fact]
    public async Task A_method_gets_its_arguments_in_order_and_gives_its_output_unjudged()
    {
        XNamespace r = WsManNames.Resource("CIM_PowerManagementService");
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, $"<g:RequestPowerStateChange_OUTPUT xmlns:g=\"{r}\"><g:ReturnValue>2</g:ReturnValue></g:RequestPowerStateChange_OUTPUT>"));
        await using WsManClient client = web.Client();

        XElement output = await client.InvokeAsync(
            "CIM_PowerManagementService",
            "RequestPowerStateChange",
            [new XElement(r + "PowerState", 10), WsManNames.Reference(r + "ManagedElement", "CIM_ComputerSystem", ("Name", "ManagedSystem"))],
            default);

        Assert.Equal(2, output.Number("ReturnValue"));
        XElement sent = XDocument.Parse(web.Requests[0].Body).Root!;
        Assert.Equal($"{r}/RequestPowerStateChange", sent.Element(WsManNames.Soap + "Header")!.Text("Action"));
        XElement input = sent.Element(WsManNames.Soap + "Body")!.Elements().Single();
        Assert.Equal(r + "RequestPowerStateChange_INPUT", input.Name);
        Assert.Equal(["PowerState", "ManagedElement"], input.Elements().Select(e => e.Name.LocalName));
    }

    [Fact]
    public async Task An_instance_goes_back_as_it_came()
    {
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, ScriptedWeb.BootService), a => ScriptedWeb.Soap(a, ""));
        await using WsManClient client = web.Client();
        XElement instance = await client.GetAsync(Class, default);
        instance.Set("EnabledState", "6");

        Assert.Null(await client.PutAsync(Class, instance, default));

        XElement put = XDocument.Parse(web.Requests[1].Body).Root!.Element(WsManNames.Soap + "Body")!.Elements().Single();
        Assert.True(XNode.DeepEquals(Plain(instance), Plain(put)));
    }

    [Fact]
    public async Task What_was_created_is_named_by_its_selectors()
    {
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, "<t:ResourceCreated><b:Address>x</b:Address><b:ReferenceParameters><w:SelectorSet><w:Selector w:Name=\"A\">1</w:Selector><w:Selector Name=\"B\">2</w:Selector></w:SelectorSet></b:ReferenceParameters></t:ResourceCreated>"));
        await using WsManClient client = web.Client();

        IReadOnlyDictionary<string, string> made = await client.CreateAsync(Class, new XElement(WsManNames.Resource(Class) + Class), default);

        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" }, made);
    }

    [Fact]
    public async Task Deleting_needs_no_body_and_identifying_no_header()
    {
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, ""), a => ScriptedWeb.Soap(a, $"<i:IdentifyResponse xmlns:i=\"{WsManNames.Identity}\"><i:ProductVendor>Intel(r)</i:ProductVendor></i:IdentifyResponse>"));
        await using WsManClient client = web.Client();

        await client.DeleteAsync(Class, default, ("Name", "x"));
        XElement who = await client.IdentifyAsync(default);

        Assert.Equal("Intel(r)", who.Text("ProductVendor"));
        Assert.DoesNotContain("Action", web.Requests[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<x/>")]
    [InlineData("<CIM_BootService/>")]
    [InlineData("<CIM_BootService xmlns=\"urn:other\"/>")]
    public async Task What_is_no_instance_is_a_bad_answer(string body)
    {
        await FailsAsync(new ScriptedWeb(a => ScriptedWeb.Soap(a, body)), c => c.GetAsync(Class, default));
        await FailsAsync(new ScriptedWeb(a => ScriptedWeb.Soap(a, body)), c => c.InvokeAsync(Class, "M", [], default));
    }

    [Fact]
    public async Task An_absent_class_is_an_absent_feature()
    {
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, ScriptedWeb.Fault("DestinationUnreachable", "No route can be determined"), 400));
        await using WsManClient client = web.Client();

        var e = await Assert.ThrowsAsync<AmtException>(() => client.GetAsync("IPS_OptInService", default));

        Assert.Equal(AmtProblem.FeatureAbsent, e.Problem);
        Assert.Contains("No route can be determined", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, web.Connections);
    }

    private static async Task FailsAsync(ScriptedWeb web, Func<WsManClient, Task> ask)
    {
        await using WsManClient client = web.Client();
        Assert.Equal(AmtProblem.BadAnswer, (await Assert.ThrowsAsync<AmtException>(() => ask(client))).Problem);
    }

    // Without prefixes, which may differ.
    private static XElement Plain(XElement e) => new(e.Name, e.HasElements ? e.Elements().Select(Plain) : e.Value);
}
