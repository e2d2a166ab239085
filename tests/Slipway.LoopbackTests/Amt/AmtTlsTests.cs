using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Slipway.Amt;
using Slipway.Amt.WsMan;

namespace Slipway.LoopbackTests.Amt;

public sealed class AmtTlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-amt-").FullName;
    private readonly X509Certificate2 _own = TlsPeer.SelfSigned();
    private readonly Memory _memory = new();

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_pinned_certificate_is_taken_and_another_is_not()
    {
        await using TlsPeer peer = Secure(_own);

        AmtLink link = await ConnectAsync(peer.Endpoint with { CertificateSha256 = TlsPeer.Fingerprint(_own).ToUpperInvariant() });
        await link.DisposeAsync();
        AmtException e = await FailureAsync(peer.Endpoint with { CertificateSha256 = new string('0', 64) });

        Assert.Equal((true, TlsPeer.Fingerprint(_own), "TLS 1.3"), (link.Tls, link.CertificateSha256, link.Protocol));
        Assert.Equal(AmtProblem.CertificateNotTrusted, e.Problem);
        Assert.Contains(TlsPeer.Fingerprint(_own), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_certificate_is_taken_where_that_is_asked_for()
    {
        await using TlsPeer peer = Secure(_own);

        await using AmtLink link = await ConnectAsync(peer.Endpoint with { AcceptAnyCertificate = true });

        Assert.True(link.Tls);
    }

    [Fact]
    public async Task A_first_certificate_is_remembered_and_a_changed_one_is_named_with_the_old()
    {
        using X509Certificate2 other = TlsPeer.SelfSigned();
        X509Certificate2 shown = _own;
        await using var peer = new TlsPeer((stream, ct) => ServeAsync(stream, shown, SslProtocols.None, ct));

        await (await ConnectAsync(peer.Endpoint, _memory)).DisposeAsync();
        await (await ConnectAsync(peer.Endpoint, _memory)).DisposeAsync();
        shown = other;
        AmtException e = await FailureAsync(peer.Endpoint, _memory);

        Assert.Equal(new AmtHostFacts(true, TlsPeer.Fingerprint(_own)), _memory.Facts);
        Assert.Equal(AmtProblem.CertificateNotTrusted, e.Problem);
        Assert.Contains(TlsPeer.Fingerprint(_own), e.Message, StringComparison.Ordinal);
        Assert.Contains(TlsPeer.Fingerprint(other), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_memory_an_unknown_certificate_is_refused()
    {
        await using TlsPeer peer = Secure(_own);

        Assert.Equal(AmtProblem.CertificateNotTrusted, (await FailureAsync(peer.Endpoint)).Problem);
    }

    [Fact]
    public async Task An_authoritys_certificates_are_taken_and_others_are_not()
    {
        using X509Certificate2 authority = TlsPeer.Authority(out RSA key);
        using (key)
        {
            string file = Path.Combine(_directory, "authority.pem");
            await File.WriteAllTextAsync(file, authority.ExportCertificatePem());
            using X509Certificate2 signed = TlsPeer.SignedBy(authority);
            using X509Certificate2 userOnly = TlsPeer.SignedBy(authority, "1.3.6.1.5.5.7.3.2");
            await using TlsPeer good = Secure(signed);
            await using TlsPeer user = Secure(userOnly);
            await using TlsPeer stranger = Secure(_own);

            await using AmtLink link = await ConnectAsync(good.Endpoint with { TrustedAuthorityFile = file });

            Assert.True(link.Tls);
            Assert.Equal(AmtProblem.CertificateNotTrusted, (await FailureAsync(user.Endpoint with { TrustedAuthorityFile = file })).Problem);
            Assert.Equal(AmtProblem.CertificateNotTrusted, (await FailureAsync(stranger.Endpoint with { TrustedAuthorityFile = file }, _memory)).Problem);
            Assert.Equal(AmtProblem.BadArgument, (await FailureAsync(good.Endpoint with { TrustedAuthorityFile = file + "x" })).Problem);
        }
    }

    [Fact]
    public async Task Firmware_with_tls_1_2_and_plain_rsa_key_exchange_is_spoken_to()
    {
        await using var peer = new TlsPeer((stream, ct) => ServeAsync(stream, _own, SslProtocols.Tls12, ct, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA));

        await using AmtLink link = await ConnectAsync(peer.Endpoint with { AcceptAnyCertificate = true });

        Assert.Equal("TLS 1.2", link.Protocol);
    }

    // The numbers are those of SslProtocols.Tls11 and Tls, whose names the compiler refuses.
    [Theory]
    [InlineData((SslProtocols)768, "TLS 1.1")]
    [InlineData((SslProtocols)192, "TLS 1.0")]
    public async Task Firmware_with_old_tls_alone_is_named_so_and_spoken_to_when_that_is_allowed(SslProtocols old, string name)
    {
        await using var peer = new TlsPeer((stream, ct) => ServeAsync(stream, _own, old, ct, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA));
        AmtEndpoint endpoint = peer.Endpoint with { AcceptAnyCertificate = true };

        AmtException e = await FailureAsync(endpoint);
        await using AmtLink link = await ConnectAsync(endpoint with { AllowOldTls = true });

        Assert.Equal(AmtProblem.TlsTooOld, e.Problem);
        Assert.Contains("'old-tls: yes' / --old-tls, or use the plain port", e.Message, StringComparison.Ordinal);
        Assert.Equal(name, link.Protocol);
    }

    // A peer that ignores what the client offered and answers with its own version, as small TLS stacks do; then one of TLS 1.2 without the
    // renegotiation_info extension. Handshake message 2, version, random, no session id, suite 00 2F, no compression.
    [Theory]
    [InlineData(0x0301, "old-tls")]
    [InlineData(0x0302, "old-tls")]
    [InlineData(0x0303, "UnsafeLegacyServerConnect")]
    public async Task A_server_hello_from_the_past_is_tls_that_is_too_old(int version, string words)
    {
        byte[] hello = [0x16, 3, (byte)version, 0, 42, 2, 0, 0, 38, 3, (byte)version, .. new byte[32], 0, 0, 0x2F, 0];
        await using TlsPeer peer = Raw(hello);

        AmtException e = await FailureAsync(peer.Endpoint with { AcceptAnyCertificate = true });

        Assert.Equal(AmtProblem.TlsTooOld, e.Problem);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(70, AmtProblem.TlsTooOld)]
    [InlineData(40, AmtProblem.TlsFailed)]
    public async Task Alerts_are_told_apart(byte alert, AmtProblem problem)
    {
        await using TlsPeer peer = Raw([0x15, 3, 1, 0, 2, 2, alert]);

        AmtException e = await FailureAsync(peer.Endpoint with { AcceptAnyCertificate = true });

        Assert.Equal(problem, e.Problem);
        Assert.Contains("old-tls", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_speak_tls_fails_in_the_handshake()
    {
        await using TlsPeer peer = Raw("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());

        Assert.Equal(AmtProblem.TlsFailed, (await FailureAsync(peer.Endpoint)).Problem);
    }

    [Fact]
    public async Task A_firmware_that_wakes_during_the_handshake_is_tried_again()
    {
        int count = 0;
        await using var peer = new TlsPeer((stream, ct) => ++count < 3 ? Task.CompletedTask : ServeAsync(stream, _own, SslProtocols.None, ct));

        await using AmtLink link = await ConnectAsync(peer.Endpoint with { AcceptAnyCertificate = true });

        Assert.Equal(3, peer.Connections);
    }

    [Fact]
    public async Task Nobody_on_the_port_is_unreachable()
    {
        var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        AmtException e = await FailureAsync(new AmtEndpoint { Host = "127.0.0.1", Password = "x", Tls = AmtTls.Off, BasePort = port });

        Assert.Equal(AmtProblem.Unreachable, e.Problem);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(e.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task Classes_are_read_over_tls()
    {
        string body = "<g:CIM_BootService xmlns:g=\"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_BootService\"><g:EnabledState>5</g:EnabledState></g:CIM_BootService>";
        string xml = $"<a:Envelope xmlns:a=\"{WsManNames.Soap}\"><a:Header><b:RelatesTo xmlns:b=\"{WsManNames.Addressing}\">1</b:RelatesTo></a:Header><a:Body>{body}</a:Body></a:Envelope>";
        await using TlsPeer peer = Secure(_own, $"HTTP/1.1 200 OK\r\nContent-Length: {xml.Length}\r\n\r\n{xml}");
        await using var client = new WsManClient(new AmtTransport(peer.Endpoint, TimeProvider.System, _memory), TimeProvider.System);

        XElement instance = await client.GetAsync("CIM_BootService", default);

        Assert.Equal(5, instance.Number("EnabledState"));
    }

    private static async Task<AmtLink> ConnectAsync(AmtEndpoint endpoint, IAmtHostMemory? memory = null) =>
        await new AmtTransport(endpoint, TimeProvider.System, memory).ConnectAsync(AmtPort.Web, default);

    private static Task<AmtException> FailureAsync(AmtEndpoint endpoint, IAmtHostMemory? memory = null) =>
        Assert.ThrowsAsync<AmtException>(() => ConnectAsync(endpoint, memory));

    private static TlsPeer Secure(X509Certificate2 certificate, string? answer = null) =>
        new((stream, ct) => ServeAsync(stream, certificate, SslProtocols.None, ct, null, answer));

    private static TlsPeer Raw(byte[] answer) => new(async (stream, ct) =>
    {
        await stream.ReadAtLeastAsync(new byte[64], 1, throwOnEndOfStream: false, ct);
        await stream.WriteAsync(answer, ct);
        await ToEndAsync(stream, ct);
    });

    private static async Task ServeAsync(Stream stream, X509Certificate2 certificate, SslProtocols protocols, CancellationToken ct, TlsCipherSuite? only = null, string? answer = null)
    {
        await using var tls = new SslStream(stream);
        var options = new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols };
        if (only is { } suite && OperatingSystem.IsLinux()) options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
#pragma warning disable SYSLIB0040 // The security level of a server from the past.
        if (only is not null) options.EncryptionPolicy = EncryptionPolicy.AllowNoEncryption;
#pragma warning restore SYSLIB0040
        await tls.AuthenticateAsServerAsync(options, ct);
        if (answer is not null)
        {
            await tls.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: ct);
            await tls.WriteAsync(Encoding.UTF8.GetBytes(answer), ct);
        }

        await ToEndAsync(tls, ct);
    }

    private static async Task ToEndAsync(Stream stream, CancellationToken ct)
    {
        var rest = new byte[4096];
        while (await stream.ReadAsync(rest, ct) > 0)
        {
        }
    }

    private sealed class Memory : IAmtHostMemory
    {
        public AmtHostFacts? Facts { get; private set; }

        public AmtHostFacts? Recall(string host, int basePort) => Facts;

        public void Remember(string host, int basePort, AmtHostFacts facts) => Facts = facts;
    }
}
