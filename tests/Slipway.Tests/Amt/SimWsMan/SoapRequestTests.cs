using System.Text;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class SoapRequestTests
{
    /// <summary>Everything unusual at once: a declaration missing, other prefixes, mustUnderstand, full URL, uuid, a qualified attribute, spaces.</summary>
    private const string Odd = """
        <q:Envelope xmlns:q="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing">
          <q:Header xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
            <wsa:To q:mustUnderstand="true">http://pc:16992/wsman</wsa:To>
            <wsman:ResourceURI q:mustUnderstand="true"> http://intel.com/wbem/wscim/1/amt-schema/1/AMT_TLSSettingData </wsman:ResourceURI>
            <wsman:SelectorSet><wsman:Selector wsman:Name="InstanceID">Intel(r) AMT LMS TLS Settings</wsman:Selector></wsman:SelectorSet>
            <wsa:Action q:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</wsa:Action>
            <wsa:MessageID q:mustUnderstand="true">uuid:11111111-2222-3333-4444-555555555555</wsa:MessageID>
            <wsman:Locale xml:lang="en-US"/>
          </q:Header>
          <q:Body/>
        </q:Envelope>
        """;

    [Fact]
    public void A_request_is_read_by_namespace_whatever_its_prefixes()
    {
        Assert.True(SoapRequest.TryRead(Encoding.UTF8.GetBytes(Odd), out SoapRequest? request));

        Assert.Equal("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", request.Action);
        Assert.Equal("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_TLSSettingData", request.ResourceUri);
        Assert.Equal("uuid:11111111-2222-3333-4444-555555555555", request.MessageId);
        Assert.Equal("Intel(r) AMT LMS TLS Settings", request.Selectors["InstanceID"]);
        Assert.Null(request.Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<x/>")]
    [InlineData("hello")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>&a;</s:Body></s:Envelope>")]
    [InlineData("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>")]
    [InlineData("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Header/></s:Envelope>")]
    public void What_is_no_envelope_is_refused(string text) => Assert.False(SoapRequest.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_deep_document_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 40)) + string.Concat(Enumerable.Repeat("</a>", 40));
        string text = $"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{deep}</s:Body></s:Envelope>";
        Assert.False(SoapRequest.TryRead(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Odd.TrimEnd());
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(SoapRequest.TryRead(bytes[..length], out _), $"{length} bytes");
    }

    [Fact]
    public void Random_changes_never_throw()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Odd);
            for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Exception? thrown = Record.Exception(() => SoapRequest.TryRead(bytes, out _));
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
    }
}
