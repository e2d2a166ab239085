using System.Xml.Linq;
using Slipway.Amt;
using Slipway.Amt.WsMan;

namespace Slipway.Tests.Amt.WsMan;

public sealed class WsManClientTests
{
    private const string Class = "CIM_BootService";

    private static readonly Func<Asked, Reply> Boot = a => ScriptedWeb.Soap(a, ScriptedWeb.BootService);

    [Fact]
    public async Task A_get_names_class_and_selectors_and_gives_the_instance()
    {
        var web = new ScriptedWeb(Boot);
        await using WsManClient client = web.Client();

        XElement instance = await client.GetAsync(Class, default, ("Name", "a<b&\"c"));

        Assert.Equal(5, instance.Number("EnabledState"));
        XElement header = XDocument.Parse(web.Requests[0].Body).Root!.Element(WsManNames.Soap + "Header")!;
        Assert.Equal("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", header.Text("Action"));
        Assert.Equal("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_BootService", header.Text("ResourceURI"));
        Assert.Equal("a<b&\"c", header.Element(WsManNames.WsMan + "SelectorSet")!.Text("Selector"));
        Assert.StartsWith("POST /wsman HTTP/1.1\r\nHost: nuc3:16992\r\n", web.Requests[0].Text, StringComparison.Ordinal);
        Assert.Equal("8.1.72", client.FirmwareVersion);
    }

    [Fact]
    public async Task The_first_challenge_is_answered_and_used_again_on_later_requests_and_connections()
    {
        var web = new ScriptedWeb(_ => ScriptedWeb.Challenge(), Boot, Boot, _ => Reply.Dead, Boot);
        await using WsManClient client = web.Client();

        for (int i = 0; i < 3; i++) await client.GetAsync(Class, default);

        Assert.Null(web.Requests[0].Authorization);
        Assert.Contains("8789bff295fcefee334a0c2ea9ad7373", web.Requests[1].Authorization, StringComparison.Ordinal);
        Assert.Equal(["00000001", "00000002", "00000003", "00000003"], web.Requests.Skip(1).Select(r => r.Field("nc=([0-9a-f]*)")));
        Assert.Equal([1, 2, 2, 2, 3], web.Requests.Select(r => r.Connection));
    }

    [Fact]
    public async Task A_forgotten_nonce_is_replaced_twice()
    {
        var web = new ScriptedWeb(_ => ScriptedWeb.Challenge("n1"), Boot, _ => ScriptedWeb.Challenge("n2"), _ => ScriptedWeb.Challenge("n3", "auth-int, auth"), Boot);
        await using WsManClient client = web.Client();
        await client.GetAsync(Class, default);

        await client.GetAsync(Class, default);

        Assert.Equal([null, "n1", "n1", "n2", "n3"], web.Requests.Select(r => r.Field("nonce=\"(n.)\"")));
        Assert.Equal("00000001", web.Requests[^1].Field("nc=([0-9a-f]*)"));
    }

    [Fact]
    public async Task The_same_nonce_again_is_a_wrong_password_at_once()
    {
        var web = new ScriptedWeb(_ => ScriptedWeb.Challenge());
        await using WsManClient client = web.Client();

        var e = await Assert.ThrowsAsync<AmtException>(() => client.GetAsync(Class, default));

        Assert.Equal((AmtProblem.WrongCredentials, 2), (e.Problem, web.Requests.Count));
        Assert.DoesNotContain("Sl1pway!Lab", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_third_refusal_is_a_wrong_password_even_with_new_nonces()
    {
        int count = 0;
        var web = new ScriptedWeb(_ => ScriptedWeb.Challenge($"n{count++}"));
        await using WsManClient client = web.Client();

        var e = await Assert.ThrowsAsync<AmtException>(() => client.GetAsync(Class, default));

        Assert.Equal((AmtProblem.WrongCredentials, 3), (e.Problem, web.Requests.Count));
    }

    [Fact]
    public async Task Another_kind_of_login_is_not_amt_and_a_broken_challenge_is_a_bad_answer()
    {
        foreach ((string asked, AmtProblem problem) in new[] { ("Basic realm=\"x\"", AmtProblem.NotAmt), ("Digest realm=\"x", AmtProblem.BadAnswer) })
        {
            var web = new ScriptedWeb(_ => Reply.Text($"HTTP/1.1 401 No\r\nWWW-Authenticate: {asked}\r\nContent-Length: 0\r\n\r\n"));
            await using WsManClient client = web.Client();
            Assert.Equal(problem, (await Assert.ThrowsAsync<AmtException>(() => client.GetAsync(Class, default))).Problem);
        }
    }

    [Fact]
    public async Task A_challenge_is_found_among_several_headers()
    {
        var web = new ScriptedWeb(_ => Reply.Text("HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nwww-authenticate: Digest realm=\"r\",nonce=\"n\"\r\nContent-Length: 0\r\n\r\n"), Boot);
        await using WsManClient client = web.Client();

        await client.GetAsync(Class, default);

        Assert.Equal(1, web.Connections);
    }

    [Fact]
    public async Task An_answer_in_single_bytes_and_chunks_is_read()
    {
        var web = new ScriptedWeb(a =>
        {
            string xml = ScriptedWeb.Envelope(ScriptedWeb.BootService, a.MessageId);
            return Reply.Text($"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{xml[..16]}\r\n{xml.Length - 16:x}\r\n{xml[16..]}\r\n0\r\n\r\n");
        }) { PieceBytes = 1 };
        await using WsManClient client = web.Client();

        Assert.Equal(5, (await client.GetAsync(Class, default)).Number("EnabledState"));
        Assert.Equal(5, (await client.GetAsync(Class, default)).Number("EnabledState"));
        Assert.Equal(1, web.Connections);
    }

    [Fact]
    public async Task Every_truncation_of_an_answer_is_a_bad_answer()
    {
        byte[] whole = Boot(new Asked(1, "MessageID>1<")).Bytes!;
        for (int length = 1; length < whole.Length; length++)
        {
            int kept = length;
            await using WsManClient client = new ScriptedWeb(_ => new Reply(whole[..kept], Close: true)).Client();
            var e = await Assert.ThrowsAsync<AmtException>(() => client.GetAsync(Class, default));
            // Without its length line, an answer lasts until the connection ends and has lost its XML.
            Assert.True(e.Problem is AmtProblem.BadAnswer, $"{kept}: {e.Problem}");
        }
    }

    [Fact]
    public async Task Bytes_that_nobody_asked_for_end_the_connection()
    {
        var web = new ScriptedWeb(a => new Reply([.. Boot(a).Bytes!, .. "HTTP/1.1 200 OK\r\n"u8]));
        await using WsManClient client = web.Client();

        await client.GetAsync(Class, default);
        await client.GetAsync(Class, default);

        Assert.Equal(2, web.Connections);
    }

    [Fact]
    public async Task A_peer_of_another_protocol_is_not_amt()
    {
        await using WsManClient client = new ScriptedWeb(_ => Reply.Text("SSH-2.0-x\r\n")).Client();

        Assert.Equal(AmtProblem.NotAmt, (await Assert.ThrowsAsync<AmtException>(() => client.GetAsync(Class, default))).Problem);
    }

    [Fact]
    public async Task A_busy_firmware_is_asked_again_with_longer_and_longer_pauses()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, ScriptedWeb.Fault("InternalError"), 500), _ => Reply.Text("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), Boot);
        await using WsManClient client = web.Client(clock);

        Task<XElement> asked = client.GetAsync(Class, default);
        await clock.PassAsync(WsManExchange.FirstPause);
        await clock.PassAsync(WsManExchange.FirstPause * 2);
        await asked;

        Assert.Equal(3, web.Requests.Count);
    }

    [Fact]
    public async Task A_firmware_that_stays_busy_is_given_up()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(a => ScriptedWeb.Soap(a, ScriptedWeb.Fault("QuotaLimit"), 500));
        await using WsManClient client = web.Client(clock);

        Task<XElement> asked = client.GetAsync(Class, default);
        foreach (double pause in new[] { 0.5, 1, 2, 4, 4, 4, 4 }) await clock.PassAsync(TimeSpan.FromSeconds(pause));
        var e = await Assert.ThrowsAsync<AmtException>(() => asked);

        Assert.Equal((AmtProblem.Busy, "QuotaLimit", 8), (e.Problem, e.FaultSubcode, web.Requests.Count));
    }

    [Fact]
    public async Task A_waking_firmware_that_closes_unanswered_is_asked_again()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(_ => Reply.Dead, _ => Reply.Dead, Boot);
        await using WsManClient client = web.Client(clock);

        Task<XElement> asked = client.GetAsync(Class, default);
        await clock.PassAsync(WsManExchange.FirstPause);
        await clock.PassAsync(WsManExchange.FirstPause * 2);
        await asked;

        Assert.Equal(3, web.Connections);
    }

    [Fact]
    public async Task Refused_in_between_is_tried_again_and_refused_at_first_is_not()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(a => Boot(a) with { Close = true }) { Refused = { 2 } };
        await using WsManClient client = web.Client(clock);
        await client.GetAsync(Class, default);
        Task<XElement> asked = client.GetAsync(Class, default);
        await clock.PassAsync(WsManExchange.FirstPause);
        await asked;

        await using WsManClient other = new ScriptedWeb(Boot) { Refused = { 1 } }.Client();
        Assert.Equal(AmtProblem.Unreachable, (await Assert.ThrowsAsync<AmtException>(() => other.GetAsync(Class, default))).Problem);
    }

    [Fact]
    public async Task A_silent_firmware_runs_into_the_answer_deadline()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(_ => Reply.Silence, Boot);
        await using WsManClient client = web.Client(clock);

        Task<XElement> asked = client.GetAsync(Class, default);
        await clock.PassAsync(WsManClient.DefaultAnswerDeadline);

        Assert.Equal(AmtProblem.TimedOut, (await Assert.ThrowsAsync<AmtException>(() => asked)).Problem);
        Assert.Equal(0, web.Open);
        await client.GetAsync(Class, default);
    }

    [Fact]
    public async Task Cancelling_ends_a_request_and_its_connection()
    {
        var web = new ScriptedWeb(_ => Reply.Silence, Boot);
        await using WsManClient client = web.Client();
        using var stop = new CancellationTokenSource();

        Task<XElement> asked = client.GetAsync(Class, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(0, web.Open);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_and_opened_again()
    {
        var clock = new HandClock();
        var web = new ScriptedWeb(Boot);
        await using WsManClient client = web.Client(clock);
        await client.GetAsync(Class, default);
        Assert.Equal(1, web.Open);

        await clock.PassAsync(WsManClient.IdleDeadline);
        Assert.Equal(0, web.Open);

        await client.GetAsync(Class, default);
        Assert.Equal(2, web.Connections);
    }

    [Fact]
    public async Task Disposing_closes_the_connection_and_ends_the_asking()
    {
        var web = new ScriptedWeb(Boot);
        WsManClient client = web.Client();
        await client.GetAsync(Class, default);

        await client.DisposeAsync();

        Assert.Equal(0, web.Open);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetAsync(Class, default));
    }

    [Fact]
    public async Task Many_askers_share_one_connection_one_after_the_other()
    {
        var web = new ScriptedWeb(Boot) { PieceBytes = 7 };
        await using WsManClient client = web.Client();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => client.GetAsync(Class, default))));

        Assert.Equal(1, web.Connections);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), web.Requests.Select(r => r.MessageId));
    }
}
