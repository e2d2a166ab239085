using System.Text;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class DigestTests
{
    private const string Challenge = "Digest realm=\"" + ScriptedWeb.Realm + "\", nonce=\"" + ScriptedWeb.Nonce + "\",stale=\"false\",qop=\"auth-int, auth\"";

    [Fact]
    public void The_worked_example_with_auth_comes_out()
    {
        var login = new DigestLogin("admin", "Sl1pway!Lab", () => "5ca1ab1e");
        Assert.Null(login.Authorize("POST", "/wsman", []));

        Assert.True(login.Take(DigestChallenge.Read(Challenge)!));
        string? header = login.Authorize("POST", "/wsman", "<x/>"u8);

        Assert.Equal($"Digest username=\"admin\", realm=\"{ScriptedWeb.Realm}\", nonce=\"{ScriptedWeb.Nonce}\", uri=\"/wsman\", response=\"8789bff295fcefee334a0c2ea9ad7373\", qop=auth, nc=00000001, cnonce=\"5ca1ab1e\"", header);
    }

    [Fact]
    public void The_worked_example_with_auth_int_alone_comes_out_at_its_second_use()
    {
        var login = new DigestLogin("admin", "Sl1pway!Lab", () => "5ca1ab1e");
        login.Take(DigestChallenge.Read(Challenge.Replace("auth-int, auth", "auth-int", StringComparison.Ordinal))!);

        login.Authorize("POST", "/wsman", []);
        string? header = login.Authorize("POST", "/wsman", "<x/>"u8);

        Assert.Contains("response=\"42dfbd18ba9748e64fea9d885a5ae349\", qop=auth-int, nc=00000002", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_quality_of_protection_the_oldest_digest_is_used()
    {
        var login = new DigestLogin("admin", "Sl1pway!Lab");
        login.Take(DigestChallenge.Read("Digest realm=\"r\", nonce=\"n\", opaque=\"o\"")!);

        string? header = login.Authorize("POST", "/wsman", []);

        Assert.DoesNotContain("qop", header, StringComparison.Ordinal);
        Assert.DoesNotContain("cnonce", header, StringComparison.Ordinal);
        Assert.EndsWith(", opaque=\"o\"", header, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_nonce_again_means_that_the_password_is_refused()
    {
        var login = new DigestLogin("admin", "x");
        DigestChallenge challenge = DigestChallenge.Read(Challenge)!;
        Assert.True(login.Take(challenge));
        login.Authorize("POST", "/wsman", []);

        Assert.False(login.Take(challenge));
        Assert.True(login.Take(challenge with { Nonce = "another" }));
    }

    [Theory]
    [InlineData("Digest realm=\"r\", nonce=\"n\"", "r", "n", null)]
    [InlineData("digest  realm = \"a, b\" ,nonce= \"n\",qop=auth", "a, b", "n", "auth")]
    [InlineData("Digest nonce=\"n\",realm=\"\\\"q\\\"\",qop=\"auth,auth-int\"", "\\\"q\\\"", "n", "auth")]
    [InlineData("Digest nonce=n, realm=r, qop=\"auth-int\", algorithm=MD5", "r", "n", "auth-int")]
    public void Challenges_are_read_respecting_quotes(string header, string realm, string nonce, string? quality)
    {
        DigestChallenge? challenge = DigestChallenge.Read(header);

        Assert.Equal(new DigestChallenge(realm, nonce, quality, null), challenge);
    }

    [Theory]
    [InlineData("Basic realm=\"r\"")]
    [InlineData("Digestive realm=\"r\", nonce=\"n\"")]
    [InlineData("Digest")]
    [InlineData("Digest realm=\"r\"")]
    [InlineData("Digest realm=\"r\", nonce=\"\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", nonce=\"m\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"secret\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256")]
    [InlineData("Digest realm=\"r\u0001\", nonce=\"n\"")]
    public void What_cannot_be_answered_is_no_challenge(string header) => Assert.Null(DigestChallenge.Read(header));

    [Fact]
    public void Truncated_and_mutated_challenges_never_throw()
    {
        for (int length = 0; length < Challenge.Length; length++) DigestChallenge.Read(Challenge[..length]);

        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(Challenge);
            for (int i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                DigestChallenge.Read(Encoding.Latin1.GetString(bytes));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }
    }
}
