using System.Buffers;
using System.Text;
using Slipway.Amt;
using Slipway.Amt.Redirection;

namespace Slipway.Tests.Amt.Redirection;

/// <summary>The opening of a redirection session, byte by byte.</summary>
public sealed class RedirectionMessageTests
{
    private const string Realm = "Digest:A4070000000000000000000000000000";
    private const string Nonce = "k3vYAAAAAAAAAAAAz7Rj0mWq1uT5xB2c";
    private const string ClientNonce = "00112233445566778899aabbccddeeff";

    private static readonly AmtEndpoint Endpoint = new() { Host = "t420", Password = "Sl1pway!Lab" };
    private static readonly byte[] SessionReplyBytes = Convert.FromHexString("110000000100" + "0F00" + "57010000" + "00");
    private static readonly byte[] MethodsBytes = Convert.FromHexString("140000000001000000" + "04");

    private static byte[] Challenge =>
        [.. Convert.FromHexString("14010000044E000000"), 0x27, .. Encoding.ASCII.GetBytes(Realm), 0x20, .. Encoding.ASCII.GetBytes(Nonce), 4, .. "auth"u8];

    [Fact]
    public void The_worked_opening_goes_byte_for_byte()
    {
        var handshake = new RedirectionHandshake(RedirectionKind.Sol, Endpoint, ClientNonce);

        Assert.Equal("10000000534F4C20", Convert.ToHexString(handshake.Begin()));
        Assert.Equal("130000000000000000", Convert.ToHexString(handshake.On(Session(SessionReplyBytes))));
        Assert.Equal("130000000420000000" + "0561646D696E" + "0000" + "13" + Hex(RedirectionMessage.Uri) + "00000000", Convert.ToHexString(handshake.On(Login(MethodsBytes))));
        byte[] proof = handshake.On(Login(Challenge));
        Assert.Equal("1300000004B3000000", Convert.ToHexString(proof[..9]));
        Assert.Equal(["admin", Realm, Nonce, RedirectionMessage.Uri, ClientNonce, "00000001", "df2e9ddb36b283896e262143b1f175a3", "auth"], RedirectionMessage.Strings(proof.AsSpan(9)));
        Assert.Empty(handshake.On(Login(Convert.FromHexString("140000000400000000"))));
        Assert.Equal((HandshakeState.Open, new Version(15, 0)), (handshake.State, handshake.FirmwareVersion));
    }

    [Fact]
    public void A_second_challenge_means_a_wrong_password()
    {
        var handshake = new RedirectionHandshake(RedirectionKind.Sol, Endpoint);
        handshake.On(Session(SessionReplyBytes));
        handshake.On(Login(MethodsBytes));
        handshake.On(Login(Challenge));

        AmtException e = Assert.Throws<AmtException>(() => handshake.On(Login(Challenge)));

        Assert.Equal(AmtProblem.WrongCredentials, e.Problem);
        Assert.DoesNotContain(Endpoint.Password, e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, AmtProblem.FeatureAbsent)]
    [InlineData(2, AmtProblem.SessionBusy)]
    [InlineData(3, AmtProblem.FeatureDisabled)]
    [InlineData(5, AmtProblem.ConsentRequired)]
    [InlineData(255, AmtProblem.Refused)]
    public void A_refused_session_says_why(byte status, AmtProblem problem)
    {
        byte[] refusal = [0x11, status, 0, 0];

        AmtException e = Assert.Throws<AmtException>(() => new RedirectionHandshake(RedirectionKind.Kvm, Endpoint).On(Session(refusal)));

        Assert.Equal(problem, e.Problem);
    }

    [Fact]
    public void A_reply_out_of_turn_is_refused()
    {
        var handshake = new RedirectionHandshake(RedirectionKind.Sol, Endpoint);

        Assert.Equal(AmtProblem.BadAnswer, Assert.Throws<AmtException>(() => handshake.On(Login(Challenge))).Problem);
        handshake.On(Session(SessionReplyBytes));
        Assert.Equal(AmtProblem.BadAnswer, Assert.Throws<AmtException>(() => handshake.On(Session(SessionReplyBytes))).Problem);
    }

    [Fact]
    public void Written_strings_are_read_back()
    {
        byte[] message = RedirectionMessage.Login(RedirectionLogin.PlainText, "admin", "", new string('x', 255));

        Assert.Equal(["admin", "", new string('x', 255)], RedirectionMessage.Strings(message.AsSpan(9)));
    }

    [Fact]
    public void Every_truncation_needs_more_and_every_byte_behind_is_left()
    {
        for (int length = 0; length < SessionReplyBytes.Length; length++)
            Assert.Equal(OperationStatus.NeedMoreData, RedirectionMessage.ReadReply(SessionReplyBytes.AsSpan(0, length), out _, out _));
        for (int length = 0; length < Challenge.Length; length++)
            Assert.Equal(OperationStatus.NeedMoreData, RedirectionMessage.ReadLoginReply(Challenge.AsSpan(0, length), out _, out _));
        byte[] more = [.. Challenge, 0x21, 0x22];
        Assert.Equal(OperationStatus.Done, RedirectionMessage.ReadLoginReply(more, out _, out int consumed));
        Assert.Equal(Challenge.Length, consumed);
    }

    [Fact]
    public void Mutations_are_read_or_refused()
    {
        const int seed = 1994;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = random.Next(2) == 0 ? [.. SessionReplyBytes] : Challenge;
            for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (RedirectionMessage.ReadReply(bytes, out _, out int length) == OperationStatus.Done) Assert.InRange(length, 1, bytes.Length);
            if (RedirectionMessage.ReadLoginReply(bytes, out LoginReply reply, out length) != OperationStatus.Done) continue;
            Assert.InRange(length, 1, bytes.Length);
            _ = RedirectionMessage.Strings(reply.Data);
        }
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static SessionReply Session(byte[] bytes)
    {
        Assert.Equal(OperationStatus.Done, RedirectionMessage.ReadReply(bytes, out SessionReply reply, out int length));
        Assert.Equal(bytes.Length, length);
        return reply;
    }

    private static LoginReply Login(byte[] bytes)
    {
        Assert.Equal(OperationStatus.Done, RedirectionMessage.ReadLoginReply(bytes, out LoginReply reply, out int length));
        Assert.Equal(bytes.Length, length);
        return reply;
    }
}
