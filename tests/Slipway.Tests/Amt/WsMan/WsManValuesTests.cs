using System.Xml.Linq;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class WsManValuesTests
{
    private static XElement Instance() => XElement.Parse(
        "<g:A xmlns:g='urn:a' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><g:S> x </g:S><g:N> 42 </g:N><g:F>true</g:F><g:E/><g:Z xsi:nil='true'/><g:L>1</g:L><g:L>2</g:L></g:A>");

    [Fact]
    public void Values_are_read_by_local_name()
    {
        XElement e = Instance();

        Assert.Equal((" x ", "", null, null), (e.Text("S"), e.Text("E"), e.Text("Z"), e.Text("none")));
        Assert.Equal((42L, null, null), (e.Number("N"), e.Number("S"), e.Number("none")));
        Assert.Equal((true, null, true), (e.Flag("F"), e.Flag("S"), e.Flag("L")));
        Assert.Equal(["1", "2"], e.Texts("L"));
        Assert.Empty(e.Texts("Z"));
    }

    [Fact]
    public void Values_are_set_in_their_place_and_in_the_instances_namespace()
    {
        XElement e = Instance();

        e.Set("N", "7");
        e.Set("Z", "now");
        e.Set("L", "3");
        e.Set("New", "false");

        Assert.Equal(["S", "N", "F", "E", "Z", "L", "New"], e.Elements().Select(c => c.Name.LocalName));
        Assert.All(e.Elements(), c => Assert.Equal("urn:a", c.Name.NamespaceName));
        Assert.Equal((7L, "now", false), (e.Number("N"), e.Text("Z"), e.Flag("New")));
    }
}
