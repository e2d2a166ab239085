using System.Buffers;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.Tests.Amt.SimSide;

/// <summary>The length rules of what a console sends: exact for whole messages, patient for parts, and never an exception.</summary>
public sealed class SimMessagesTests
{
    public static TheoryData<string, string> Whole() => new()
    {
        { "session", "10 00 00 00 53 4F 4C 20" },
        { "session", "12 00 00 00" },
        { "session", "13 00 00 00 00 00 00 00 00" },
        { "session", "13 00 00 00 01 06 00 00 00 03 61 62 63 01 64" },
        { "sol", "20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00" },
        { "sol", "22 00 00 00 00 00 00 00" },
        { "sol", "27 00 00 00 01 00 00 00 00 00 1B 00 00 00" },
        { "sol", "28 00 00 00 00 00 00 00 03 00 61 62 63" },
        { "sol", "12 00 00 00" },
        { "ider", "40 00 00 00 00 00 00 00 30 75 00 00 20 4E 01 00 00 00" },
        { "ider", "48 00 00 00 01 00 00 00 01" },
        { "ider", "48 00 00 00 01 00 00 00 03 19 00 00 00" },
        { "ider", "51 00 00 02 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 85 00 03 00 00 00 B0 50 00 00 00" },
        { "ider", "54 00 00 02 01 00 00 00 00 02 00 00 B5 00 02 00 02 00 B0 58 85 00 03 00 00 00 B0 50 00 00 00 00 00 00 AA BB" },
        { "rfb", "00 00 00 00 10 10 00 01 00 1F 00 3F 00 1F 0B 05 00 00 00 00" },
        { "rfb", "02 00 00 02 00 00 00 10 00 00 00 00" },
        { "rfb", "06 00 00 00 00 00 00 02 68 69" },
    };

    [Theory]
    [MemberData(nameof(Whole))]
    public void Message_has_its_exact_length_at_every_split(string protocol, string hex)
    {
        byte[] message = SimConsole.Hex(hex), followed = [.. message, 0xFF, 0xFF];

        for (int count = 0; count < message.Length; count++)
            Assert.Equal(OperationStatus.NeedMoreData, Measure(protocol)(message.AsSpan(0, count), out _));
        Assert.Equal(OperationStatus.Done, Measure(protocol)(message, out int length));
        Assert.Equal(message.Length, length);
        Assert.Equal(OperationStatus.Done, Measure(protocol)(followed, out length));
        Assert.Equal(message.Length, length);
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void Changed_messages_are_measured_and_read_without_exceptions(string protocol, string hex)
    {
        int seed = hex.Length * 7919;
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            byte[] message = SimConsole.Hex(hex);
            for (int changes = random.Next(1, 4); changes > 0; changes--) message[random.Next(message.Length)] = (byte)random.Next(256);
            Exception? thrown = Record.Exception(() => Read(protocol, message));
            Assert.True(thrown is null, $"seed {seed}, round {i}: {Convert.ToHexString(message)}: {thrown}");
        }
    }

    [Fact]
    public void Strings_are_read_as_they_were_joined()
    {
        string[] strings = ["admin", "", "/RedirectionService", new string('x', 255)];

        byte[] login = SessionMessages.LoginReply(LoginStatus.Success, LoginMethod.Digest, SessionMessages.Join(strings));

        Assert.Equal(strings, SessionMessages.Strings(login, 4));
        Assert.Null(SessionMessages.Strings(login, 3));
        Assert.Null(SessionMessages.Strings(login, 5));
        for (int count = 9; count < login.Length; count++) Assert.Null(SessionMessages.Strings(login.AsSpan(0, count), 4));
    }

    private static MessageMeasure Measure(string protocol) => protocol switch
    {
        "session" => SessionMessages.Measure,
        "sol" => SolMessages.Measure,
        "ider" => IderMessages.Measure,
        _ => RfbMessages.Measure,
    };

    private static void Read(string protocol, byte[] message)
    {
        if (Measure(protocol)(message, out int length) != OperationStatus.Done) return;
        ReadOnlySpan<byte> whole = message.AsSpan(0, length);
        switch (protocol, whole[0])
        {
            case ("session", 0x10):
                SessionMessages.Service(whole);
                break;
            case ("session", 0x13):
                SessionMessages.Strings(whole, 8);
                break;
            case ("sol", 0x20):
                SolMessages.Terms(whole);
                break;
            case ("ider", 0x40):
                IderMessages.Terms(whole);
                break;
            case ("ider", 0x51):
                IderMessages.TryReadEnd(whole, out _);
                break;
            case ("ider", 0x54):
                new IderCommand(IderDevice.Cd, 1).Take(whole);
                break;
            case ("rfb", 0):
                RfbMessages.IsShowable(whole, true);
                break;
            case ("rfb", 2):
                RfbMessages.Filter(whole);
                break;
        }
    }
}
