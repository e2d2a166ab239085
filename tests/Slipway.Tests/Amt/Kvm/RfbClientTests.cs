using Slipway.Amt;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class RfbClientTests
{
    [Theory]
    [InlineData("RFB 003.008\n")]
    [InlineData("RFB 004.000\n")]
    public async Task The_opening_asks_for_what_the_firmware_can_do(string greeting)
    {
        (MemoryDuplex ours, MemoryDuplex theirs) = MemoryDuplex.Pair();
        theirs.Write(FakeScreen.Opening(800, 600, greeting));

        using RfbClient client = await RfbClient.ConnectAsync(ours, null, default);

        Assert.Equal((800, 600, "test"), (client.Screen.Width, client.Screen.Height, client.Name));
        ours.Dispose();
        var said = new MemoryStream();
        await theirs.CopyToAsync(said);
        Assert.Equal(
            Convert.ToHexString("RFB 003.008\n"u8) + "01" + "01"
            + "00000000" + "10100001001F003F001F0B0500000000" // RGB565
            + "02000003" + "00000010" + "00000000" + "FFFFFF21",
            Convert.ToHexString(said.ToArray()));
    }

    [Fact]
    public async Task A_password_is_proved()
    {
        (MemoryDuplex ours, MemoryDuplex theirs) = MemoryDuplex.Pair();
        theirs.Write([.. "RFB 003.008\n"u8, 1, 2, .. Convert.FromHexString("000102030405060708090A0B0C0D0E0F"), 0, 0, 0, 0, .. FakeScreen.Init(3840, 2160)]);

        using RfbClient client = await RfbClient.ConnectAsync(ours, "Slipway!", default);

        Assert.Equal(8, client.Screen.Format.BitsPerPixel); // 4K does not fit with 16
        var said = new byte[12 + 1 + 16];
        await theirs.ReadExactlyAsync(said);
        Assert.Equal("02CF1A00E0C339748DAB48F08A46690792", Convert.ToHexString(said.AsSpan(12)));
    }

    public static TheoryData<string, AmtProblem, string> Refusals => new()
    {
        { "", AmtProblem.ScreenUnavailable, "no monitor or dummy plug, or the graphics are off" },
        { Hex("RFB 003.008\n"), AmtProblem.ScreenUnavailable, "no monitor" },
        { Hex("SSH-2.0-Open"), AmtProblem.NotAmt, "SSH-2.0-Open" },
        { Hex("RFB 003.003\n"), AmtProblem.BadAnswer, "version 3.3" },
        { Hex("RFB 003.008\n") + "00" + "00000004" + Hex("full"), AmtProblem.Refused, "full" },
        { Hex("RFB 003.008\n") + "00" + "FFFFFFFF", AmtProblem.Refused, "a reason of 4294967295 bytes" },
        { Hex("RFB 003.008\n") + "00", AmtProblem.Refused, "no reason" },
        { Hex("RFB 003.008\n") + "0210" + "12", AmtProblem.FeatureAbsent, "16, 18" },
        { Hex("RFB 003.008\n") + "0102", AmtProblem.WrongCredentials, "none was given" },
        { Hex("RFB 003.008\n") + "0101" + "00000001" + "00000003" + Hex("no\n"), AmtProblem.WrongCredentials, "does not let us in: no;" },
        { Hex("RFB 003.008\n") + "0101" + "00000000" + Convert.ToHexString(FakeScreen.Init(0, 0)), AmtProblem.ScreenUnavailable, "no monitor" },
        { Hex("RFB 003.008\n") + "0101" + "00000000" + Convert.ToHexString(FakeScreen.Init(65535, 65535)), AmtProblem.BadAnswer, "65535 × 65535" },
        { Hex("RFB 003.008\n") + "0101" + "00000000" + Convert.ToHexString(FakeScreen.Init(8, 8).AsSpan()[..20]) + "7FFFFFFF", AmtProblem.BadAnswer, "2147483647 bytes" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_screen_that_does_not_open_is_told_in_words(string said, AmtProblem problem, string words)
    {
        AmtException error = await Assert.ThrowsAsync<AmtException>(() => RfbClient.ConnectAsync(MemoryDuplex.Said(Convert.FromHexString(said)), null, default));

        Assert.Equal(problem, error.Problem);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public async Task Messages_are_read_in_whatever_pieces_they_come(int pieceBytes)
    {
        (byte[] said, int messages) = Conversation();

        using RfbClient client = await RfbClient.ConnectAsync(MemoryDuplex.Said(said, pieceBytes), null, default);
        var updates = new List<RfbUpdate?>();
        for (int i = 0; i < messages; i++) updates.Add(await client.ReadMessageAsync(default));

        Assert.Equal([null, null, null], updates[..3]);
        Assert.Equal([new RfbRectangle(1, 2, 3, 4), new RfbRectangle(0, 0, 70, 66)], updates[3]!.Changed);
        Assert.True(updates[4]!.IsResized);
        Assert.Equal((90, 50), (client.Screen.Width, client.Screen.Height));
        Assert.Equal([0x1234, 0x1234, 0], client.Screen.Line(87, 49, 3).ToArray());
        await Assert.ThrowsAnyAsync<IOException>(() => client.ReadMessageAsync(default));
    }

    [Fact]
    public async Task A_conversation_cut_anywhere_ends_in_an_error_of_ours_or_the_streams()
    {
        (byte[] said, _) = Conversation();
        for (int length = 0; length < said.Length; length++) await ReadAllAsync(said[..length], "cut");
    }

    [Fact]
    public async Task A_damaged_conversation_ends_in_an_error_of_ours_or_the_streams()
    {
        int seed = Environment.TickCount;
        var dice = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            (byte[] said, _) = Conversation();
            for (int flips = dice.Next(1, 4); flips > 0; flips--) said[dice.Next(said.Length)] = (byte)dice.Next(256);
            await ReadAllAsync(said, $"seed {seed}");
        }
    }

    public static TheoryData<byte[], string> Nonsense => new()
    {
        { [0xFF], "type 255" },
        { [3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], "clipboard of 4294967295 bytes" },
        { FakeScreen.Update(FakeScreen.Rectangle(60, 0, 50, 10, 0)), "50 × 10 at 60, 0 on a screen of 100 × 80" },
        { FakeScreen.Update(FakeScreen.Rectangle(0, 0, 10, 10, 7)), "encoding 7" },
        { FakeScreen.Update(FakeScreen.Rectangle(0, 0, 10, 10, 16, 0x7F, 0xFF, 0xFF, 0xFF)), "2147483647 compressed bytes" },
        { FakeScreen.Update(FakeScreen.Rectangle(0, 0, 10, 10, 16, 0, 0, 0, 6, 0, 1, 0, 0xFE, 0xFF, 0)), "ends before it is full" },
        { FakeScreen.Update(FakeScreen.Rectangle(0, 0, 10, 10, 16, 0, 0, 0, 3, 7, 7, 7)), "cannot be unpacked" },
        { FakeScreen.Update(FakeScreen.Resized(60000, 60000)), "60000 × 60000" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_is_a_bad_answer(byte[] message, string words)
    {
        using RfbClient client = await RfbClient.ConnectAsync(MemoryDuplex.Said([.. FakeScreen.Opening(100, 80), .. message]), null, default);

        AmtException error = await Assert.ThrowsAsync<AmtException>(() => client.ReadMessageAsync(default));

        Assert.Equal(AmtProblem.BadAnswer, error.Problem);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static async Task ReadAllAsync(byte[] said, string what)
    {
        try
        {
            using RfbClient client = await RfbClient.ConnectAsync(MemoryDuplex.Said(said), null, default);
            while (true) await client.ReadMessageAsync(default);
        }
        catch (Exception error) when (error is AmtException or IOException)
        {
            // As it should be.
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }
    }

    /// <summary>Something of everything on a screen of 100 × 80.</summary>
    private static (byte[] Said, int Messages) Conversation()
    {
        using var writer = new TileWriter(Packing.Zlib);
        ushort[] tile = [.. Enumerable.Range(0, 64 * 64).Select(i => (ushort)(i / 50 % 3))];
        byte[] zrle = writer.Pack([.. writer.PackedPalette(tile, 64), .. writer.Solid(9), .. writer.PlainRuns(tile[..128]), .. writer.PaletteRuns(tile[..12])]);
        byte[] bell = [2];
        byte[] cut = [3, 0, 0, 0, 0, 0, 0, 5, .. "hello"u8];
        byte[] colours = [1, 0, 0, 0, 0, 2, .. new byte[12]];
        byte[] picture = FakeScreen.Update(FakeScreen.Painted(1, 2, 3, 4, 0x4711), FakeScreen.Rectangle(0, 0, 70, 66, 16, [0, 0, (byte)(zrle.Length >> 8), (byte)zrle.Length, .. zrle]));
        byte[] resized = FakeScreen.Update(FakeScreen.Resized(90, 50), FakeScreen.Painted(80, 48, 9, 2, 0x1234));
        return ([.. FakeScreen.Opening(100, 80), .. bell, .. cut, .. colours, .. picture, .. resized], 5);
    }

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));
}
