using System.Net.Sockets;
using Slipway.Amt;
using Slipway.Tests.Amt.WsMan;

namespace Slipway.Tests.Amt;

public sealed class AmtTransportTests
{
    private const int Plain = 16992;
    private const int Tls = 16993;
    private const int Redirection = 16994;

    private readonly HandClock _clock = new();
    private readonly Dictionary<int, Queue<Func<CancellationToken, Task<Stream>>>> _ports = [];
    private readonly List<int> _dialled = [];
    private readonly Memory _memory = new();

    [Fact]
    public async Task What_is_known_is_dialled_alone()
    {
        On(Plain, Connects);

        await using AmtLink link = await Transport(AmtTls.Off).ConnectAsync(AmtPort.Web, default);

        Assert.Equal((false, "plain", (string?)null), (link.Tls, link.Protocol, link.CertificateSha256));
        Assert.Equal([Plain], _dialled);
    }

    [Fact]
    public async Task Unknown_both_ports_are_dialled_and_plain_is_remembered_when_tls_is_refused()
    {
        On(Plain, Connects);
        On(Tls, Refuses);
        On(Redirection, Connects);
        AmtTransport transport = Transport();

        await using AmtLink web = await transport.ConnectAsync(AmtPort.Web, default);
        await using AmtLink redirection = await transport.ConnectAsync(AmtPort.Redirection, default);

        Assert.Equal([Plain, Tls, Redirection], _dialled.Order());
        Assert.Equal(new AmtHostFacts(false, null), _memory.Facts);
    }

    [Fact]
    public async Task A_silent_tls_port_holds_up_the_plain_one_for_the_grace_only()
    {
        On(Plain, Connects);
        On(Tls, Silent);

        Task<AmtLink> connecting = Transport().ConnectAsync(AmtPort.Web, default);
        await _clock.PassAsync(AmtDialer.TlsGrace);

        await using AmtLink link = await connecting;
        Assert.False(link.Tls);
    }

    [Fact]
    public async Task Tls_is_taken_when_both_answer()
    {
        // That the handshake is begun, and fails for want of a peer, shows which one was taken.
        On(Plain, Connects);
        On(Tls, Connects);

        Task<AmtLink> connecting = Transport().ConnectAsync(AmtPort.Web, default);
        for (int i = 0; i < 19; i++) await _clock.PassAsync(TimeSpan.FromMilliseconds(500));

        Assert.Equal(AmtProblem.TlsFailed, (await Assert.ThrowsAsync<AmtException>(() => connecting)).Problem);
        Assert.Null(_memory.Facts);
    }

    [Fact]
    public async Task What_is_remembered_is_tried_alone_and_a_refusal_brings_both_into_play()
    {
        _memory.Facts = new AmtHostFacts(true, new string('a', 64));
        On(Tls, Refuses);
        On(Plain, Connects);

        await using AmtLink link = await Transport().ConnectAsync(AmtPort.Web, default);

        Assert.Equal([Tls, Plain, Tls], [_dialled[0], .. _dialled.Skip(1).Order()]);
        Assert.Equal(new AmtHostFacts(false, null), _memory.Facts);
    }

    [Fact]
    public async Task A_pinned_certificate_is_never_given_up_for_a_plain_port()
    {
        On(Tls, Refuses);
        On(Plain, Connects);

        var e = await Assert.ThrowsAsync<AmtException>(() => Transport(pin: new string('a', 64)).ConnectAsync(AmtPort.Web, default));

        Assert.Equal(AmtProblem.Unreachable, e.Problem);
        Assert.Equal([Tls], _dialled);
    }

    [Fact]
    public async Task A_sleeping_firmware_is_dialled_again()
    {
        On(Plain, Silent, Silent, Connects);

        Task<AmtLink> connecting = Transport(AmtTls.Off).ConnectAsync(AmtPort.Web, default);
        for (int i = 0; i < 2; i++)
        {
            await _clock.PassAsync(AmtDialer.AttemptDeadline);
            await _clock.PassAsync(TimeSpan.FromMilliseconds(500));
        }

        await (await connecting).DisposeAsync();
        Assert.Equal(3, _dialled.Count);
    }

    [Fact]
    public async Task A_firmware_that_never_answers_is_unreachable_after_ten_seconds()
    {
        On(Plain, Silent);

        Task<AmtLink> connecting = Transport(AmtTls.Off).ConnectAsync(AmtPort.Web, default);
        for (int i = 0; i < 3; i++)
        {
            await _clock.PassAsync(AmtDialer.AttemptDeadline);
            await _clock.PassAsync(TimeSpan.FromMilliseconds(500));
        }

        await _clock.PassAsync(AmtDialer.AttemptDeadline);
        var e = await Assert.ThrowsAsync<AmtException>(() => connecting);
        Assert.Equal(AmtProblem.Unreachable, e.Problem);
        Assert.Contains("nuc3: nothing answers on port 16992: no answer within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_both_ports_is_final()
    {
        On(Plain, Refuses);
        On(Tls, Refuses);

        var e = await Assert.ThrowsAsync<AmtException>(() => Transport().ConnectAsync(AmtPort.Web, default));

        Assert.Equal(AmtProblem.Unreachable, e.Problem);
        Assert.Contains("ports 16992 and 16993: connection refused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_redirection_port_beside_an_answering_web_port_is_a_listener_that_is_off()
    {
        On(Redirection, Refuses);
        On(Plain, Connects);

        var e = await Assert.ThrowsAsync<AmtException>(() => Transport(AmtTls.Off).ConnectAsync(AmtPort.Redirection, default));

        Assert.Equal(AmtProblem.ListenerOff, e.Problem);
        Assert.Contains("slipway amt settings nuc3 --listener on, or MEBx", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_redirection_port_beside_a_refused_web_port_is_unreachable()
    {
        On(Redirection, Refuses);
        On(Plain, Refuses);

        var e = await Assert.ThrowsAsync<AmtException>(() => Transport(AmtTls.Off).ConnectAsync(AmtPort.Redirection, default));

        Assert.Equal(AmtProblem.Unreachable, e.Problem);
    }

    [Fact]
    public async Task Cancelling_is_not_an_amt_trouble()
    {
        On(Plain, Silent);
        On(Tls, Silent);
        using var stop = new CancellationTokenSource();

        Task<AmtLink> connecting = Transport().ConnectAsync(AmtPort.Web, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    // Takes what is written and has nothing to read.
    private static Task<Stream> Connects(CancellationToken ct) => Task.FromResult<Stream>(new MemoryStream());

    private static Task<Stream> Refuses(CancellationToken ct) => throw new SocketException((int)SocketError.ConnectionRefused);

    private static async Task<Stream> Silent(CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        return Stream.Null;
    }

    // The last one for ever.
    private void On(int port, params Func<CancellationToken, Task<Stream>>[] attempts) => _ports[port] = new(attempts);

    private AmtTransport Transport(AmtTls tls = AmtTls.Auto, string? pin = null) =>
        new(new AmtEndpoint { Host = "nuc3", Password = "x", Tls = tls, CertificateSha256 = pin }, _clock, _memory)
        {
            Dial = (_, port, ct) =>
            {
                _dialled.Add(port);
                Queue<Func<CancellationToken, Task<Stream>>> attempts = _ports[port];
                return (attempts.Count > 1 ? attempts.Dequeue() : attempts.Peek())(ct);
            },
        };

    private sealed class Memory : IAmtHostMemory
    {
        public AmtHostFacts? Facts { get; set; }

        public AmtHostFacts? Recall(string host, int basePort) => Facts;

        public void Remember(string host, int basePort, AmtHostFacts facts) => Facts = facts;
    }
}
