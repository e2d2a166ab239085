using Slipway.Sim.Amt.WsMan;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class DigestFieldsTests
{
    private const string Header = "Digest username=\"admin\", realm=\"Digest:A407\",nonce=\"a,b=\" , uri=\"/wsman\",qop=auth, nc=00000001 ,cnonce=\"x\",response=\"00ff\"";

    [Fact]
    public void Parameters_are_read_quoted_or_bare()
    {
        Assert.True(DigestFields.TryRead(Header, out Dictionary<string, string> fields));

        Assert.Equal("a,b=", fields["nonce"]);
        Assert.Equal("auth", fields["qop"]);
        Assert.Equal("00000001", fields["nc"]);
        Assert.Equal("00ff", fields["RESPONSE"]);
        Assert.Equal(8, fields.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YWRtaW4=")]
    [InlineData("Digest ")]
    [InlineData("Digest ,,")]
    [InlineData("Digest username")]
    [InlineData("Digest =x")]
    [InlineData("Digest username=\"a")]
    [InlineData("Digest nc=1,nc=2")]
    public void What_is_no_digest_is_refused(string? header) => Assert.False(DigestFields.TryRead(header, out _));

    [Fact]
    public void Truncations_and_random_changes_never_throw()
    {
        for (int length = 0; length <= Header.Length; length++) DigestFields.TryRead(Header[..length], out _);

        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++)
        {
            char[] text = Header.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--) text[random.Next(text.Length)] = (char)random.Next(32, 127);
            Exception? thrown = Record.Exception(() => DigestFields.TryRead(new string(text), out _));
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
    }
}
