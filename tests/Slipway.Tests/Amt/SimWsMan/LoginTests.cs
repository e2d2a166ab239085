using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class LoginTests
{
    private const string PowerState = "CIM_AssociatedPowerManagementService";

    [Fact]
    public async Task An_empty_post_is_answered_with_a_challenge_and_the_connection_is_closed()
    {
        await using var console = new RawConsole("8");

        RawAnswer answer = await console.Send("POST /wsman HTTP/1.1\r\nHost: sim\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(401, answer.Status);
        Assert.Equal("close", answer.Headers["Connection"]);
        Assert.Equal("Intel(R) Active Management Technology 8.1.72", answer.Headers["Server"]);
        Assert.Matches("^Digest realm=\"Digest:[0-9A-F]{32}\", nonce=\"[A-Za-z0-9+/]{32}\",stale=\"false\",qop=\"auth\"$", answer.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task Release_14_offers_a_list_and_11_tells_no_version()
    {
        await using var new14 = new RawConsole("14");
        await using var old11 = new RawConsole("11");

        RawAnswer answer14 = await new14.Send("POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        RawAnswer answer11 = await old11.Send("POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n");

        Assert.EndsWith("qop=\"auth-int, auth\"", answer14.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.DoesNotContain("Server", answer11.Headers.Keys);
    }

    [Fact]
    public async Task The_page_at_the_root_needs_no_login()
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Send("GET / HTTP/1.1\r\n\r\n");
        RawAnswer other = await console.Send("GET /index.htm HTTP/1.1\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Assert.Contains("<html>", answer.Body, StringComparison.Ordinal);
        Assert.Equal(404, other.Status);
    }

    [Fact]
    public async Task One_challenge_serves_many_requests_on_many_connections()
    {
        await using var console = new RawConsole();

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await console.Get(PowerState)).Status);
            if (i == 1) await console.Close();
        }

        Assert.Equal(1, console.Challenges);
    }

    [Fact]
    public async Task A_nonce_is_forgotten_after_its_uses()
    {
        await using var console = new RawConsole(faults: new AmtFaults { NonceUses = 2 });

        for (int i = 0; i < 5; i++) Assert.Equal(200, (await console.Get(PowerState)).Status);

        Assert.Equal(3, console.Challenges);
    }

    [Fact]
    public async Task A_wrong_password_is_challenged_anew_and_logged()
    {
        await using var console = new RawConsole { UsedPassword = "wrong" };

        RawAnswer refused = await console.Get(PowerState);
        console.UsedPassword = RawConsole.Password;
        RawAnswer log = await console.Invoke("AMT_MessageLog", "GetRecords", "<r:IterationIdentifier>1</r:IterationIdentifier><r:MaxReadRecords>390</r:MaxReadRecords>");

        Assert.Equal(401, refused.Status);
        byte[] newest = Convert.FromBase64String(log.Values("RecordArray")[0]);
        Assert.Equal((6, 2), (newest[5], newest[14]));
    }

    [Fact]
    public async Task An_unknown_user_is_refused()
    {
        await using var console = new RawConsole { User = "nobody" };
        Assert.Equal(401, (await console.Get(PowerState)).Status);
    }

    [Theory]
    [InlineData("14", "auth-int", 200)]
    [InlineData("14", "auth", 200)]
    [InlineData("12", "auth-int", 401)]
    [InlineData("12", "auth", 200)]
    public async Task Only_an_offered_quality_is_taken(string profile, string quality, int status)
    {
        await using var console = new RawConsole(profile) { Quality = quality };
        Assert.Equal(status, (await console.Get(PowerState)).Status);
    }

    [Fact]
    public async Task With_auth_int_a_changed_body_is_noticed()
    {
        await using var console = new RawConsole("14") { Quality = "auth-int" };
        await console.Get(PowerState);

        RawAnswer answer = await console.Send(console.RequestText("<x/>").Replace("<x/>", "<y/>", StringComparison.Ordinal));

        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task The_digest_without_a_quality_is_taken()
    {
        await using var console = new RawConsole();
        RawAnswer challenge = await console.Send("POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        string realm = RawConsole.Quoted(challenge.Headers["WWW-Authenticate"], "realm");
        string nonce = RawConsole.Quoted(challenge.Headers["WWW-Authenticate"], "nonce");
        string response = RawConsole.Md5($"{RawConsole.Md5($"admin:{realm}:{RawConsole.Password}")}:{nonce}:{RawConsole.Md5("POST:/wsman")}");

        RawAnswer answer = await console.Send(
            $"POST /wsman HTTP/1.1\r\nContent-Length: 0\r\nAuthorization: Digest username=\"admin\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"/wsman\", response=\"{response}\"\r\n\r\n");

        Assert.Equal(400, answer.Status); // logged in, and an empty body is no envelope
    }

    [Fact]
    public async Task Pieces_chunks_and_waiting_bodies_are_spoken()
    {
        await using var console = new RawConsole(faults: new AmtFaults { Chunked = true, WritePieceBytes = 7 });
        await console.Get(PowerState);

        RawAnswer answer = await console.Get("AMT_GeneralSettings");

        Assert.Equal("chunked", answer.Headers["Transfer-Encoding"]);
        Assert.Equal(console.State.Realm, answer.Value("DigestRealm"));
        Assert.All(console.Server!.Writes, bytes => Assert.InRange(bytes, 1, 7));
    }

    [Fact]
    public async Task A_request_in_single_bytes_and_two_in_one_are_read()
    {
        await using var console = new RawConsole();

        RawAnswer slow = await console.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n", piece: 1);
        RawAnswer first = await console.Send("GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
        RawAnswer second = await console.Send("");

        Assert.Equal((200, 200, 404), (slow.Status, first.Status, second.Status));
    }

    [Fact]
    public async Task A_client_that_waits_for_100_gets_it()
    {
        await using var console = new RawConsole();
        await console.Get(PowerState);
        string text = console.RequestText("<x/>", "Expect: 100-continue\r\n");

        await Assert.ThrowsAsync<KeyNotFoundException>(() => console.Send(text[..^4])); // 100 has no length: it is no answer
        RawAnswer answer = await console.Send(text[^4..]);

        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task What_is_no_http_is_answered_with_400_and_the_end()
    {
        await using var console = new RawConsole();
        RawAnswer answer = await console.Send("SSH-2.0-x\r\n\r\n");
        Assert.Equal((400, "close"), (answer.Status, answer.Headers["Connection"]));
    }
}
