using Slipway.Amt;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class KvmSessionTests
{
    private const byte UpdateRequest = 3, Key = 4, Pointer = 5;

    private readonly QuickTime _time = new();

    [Fact]
    public async Task A_picture_is_complete_however_many_updates_it_comes_in()
    {
        FakeScreen screen = FakeScreen.Open(40, 30);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 40, 30, 0));
        Task<byte[]> capture = session.CapturePngAsync(default);

        byte[] request = await screen.HearAsync(UpdateRequest);
        Assert.Equal("03000000000000280" + "01E", Convert.ToHexString(request));
        screen.Say(FakeScreen.Update(FakeScreen.Painted(0, 0, 40, 10, 0xF800)));
        Assert.Equal(1, (await screen.HearAsync(UpdateRequest))[1]); // the rest, as soon as there is one
        Assert.False(capture.IsCompleted);
        screen.Say(FakeScreen.Update(FakeScreen.Painted(0, 5, 40, 10, 0x07E0), FakeScreen.Painted(0, 15, 20, 15, 0x001F)));
        screen.Say(FakeScreen.Update(FakeScreen.Painted(20, 15, 20, 15, 0xFFFF)));

        (int width, int height, byte[] rgb) = PngReader.Read(await capture);
        Assert.Equal((40, 30), (width, height));
        Assert.Equal("FF0000", At(rgb, 40, 0, 4));
        Assert.Equal("00FF00", At(rgb, 40, 39, 5));
        Assert.Equal("0000FF", At(rgb, 40, 19, 29));
        Assert.Equal("FFFFFF", At(rgb, 40, 20, 15));
    }

    [Fact]
    public async Task A_screen_that_changes_its_size_in_the_middle_of_a_picture_is_asked_again()
    {
        FakeScreen screen = FakeScreen.Open(40, 30);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 40, 30, 0));
        Task<byte[]> capture = session.CapturePngAsync(default);
        await screen.HearAsync(UpdateRequest);

        screen.Say(FakeScreen.Update(FakeScreen.Painted(0, 0, 40, 20, 0xF800), FakeScreen.Resized(20, 10)));
        byte[] request = await screen.HearAsync(UpdateRequest);
        Assert.Equal("0300000000000014000A", Convert.ToHexString(request));
        screen.Say(FakeScreen.Update(FakeScreen.Painted(0, 0, 20, 10, 0x07E0)));

        (int width, int height, byte[] rgb) = PngReader.Read(await capture);
        Assert.Equal((20, 10), (width, height));
        Assert.Equal("00FF00", At(rgb, 20, 19, 9));
        Assert.Equal(new ScreenSize(20, 10), session.Size);
    }

    [Fact]
    public async Task Without_anybody_who_looks_nothing_is_asked_for()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));

        await session.PointerAsync(1, 2, 0, default); // whatever was asked for would be before this

        Assert.Equal("050000010002", Convert.ToHexString(await screen.HearAsync()));
    }

    [Fact]
    public async Task A_screen_that_is_closed_at_once_says_what_may_be_missing()
    {
        AmtException error = await Assert.ThrowsAsync<AmtException>(() => KvmSession.OpenAsync(MemoryDuplex.Said(FakeScreen.Opening(640, 480)), null, _time, default));

        Assert.Equal(AmtProblem.ScreenUnavailable, error.Problem);
        Assert.Equal(1, error.Message.Split("[SLP3024]").Length - 1);
        Assert.Contains("no monitor or dummy plug, or the graphics are off", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_ends_later_is_lost()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));
        Task<byte[]> capture = session.CapturePngAsync(default);
        await screen.HearAsync(UpdateRequest);

        screen.Close();

        Assert.Equal(AmtProblem.SessionLost, (await Assert.ThrowsAsync<AmtException>(() => capture)).Problem);
        await session.Ended;
        Assert.Equal(AmtProblem.SessionLost, session.Fault!.Problem);
        Assert.Equal(AmtProblem.SessionLost, (await Assert.ThrowsAsync<AmtException>(() => session.TypeAsync("x", default))).Problem);
        Assert.Equal(AmtProblem.SessionLost, (await Assert.ThrowsAsync<AmtException>(() => session.CapturePngAsync(default))).Problem);
    }

    [Fact]
    public async Task A_picture_that_does_not_come_is_given_up_and_the_next_one_works()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));
        Task<byte[]> capture = session.CapturePngAsync(default);
        await screen.HearAsync(UpdateRequest);
        while (!_time.IsAwaited(TimeSpan.FromSeconds(30))) await Task.Yield();

        _time.Pass(TimeSpan.FromSeconds(30));

        Assert.Equal(AmtProblem.TimedOut, (await Assert.ThrowsAsync<AmtException>(() => capture)).Problem);
        Task<byte[]> next = session.CapturePngAsync(default);
        await screen.HearAsync(UpdateRequest);
        screen.Say(FakeScreen.Update(FakeScreen.Painted(0, 0, 8, 8, 0xFFFF)));
        Assert.Equal("FFFFFF", At(PngReader.Read(await next).Rgb, 8, 7, 7));
    }

    [Fact]
    public async Task Opening_that_hangs_is_given_up()
    {
        (MemoryDuplex ours, _) = MemoryDuplex.Pair();
        Task<KvmSession> opening = KvmSession.OpenAsync(ours, null, _time, default);
        while (!_time.IsAwaited(TimeSpan.FromSeconds(15))) await Task.Yield();

        _time.Pass(TimeSpan.FromSeconds(15));

        Assert.Equal(AmtProblem.TimedOut, (await Assert.ThrowsAsync<AmtException>(() => opening)).Problem);
    }

    [Fact]
    public async Task Keys_go_down_and_up_with_a_pause_between()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));

        await session.TypeAsync("B{Ctrl+Alt+Del}", default);

        string[] heard = [.. Enumerable.Range(0, 10).Select(_ => Convert.ToHexString(screen.HearAsync(Key).Result))];
        Assert.Equal(
            ["040100000000FFE1", "0401000000000042", "0400000000000042", "040000000000FFE1",
             "040100000000FFE3", "040100000000FFE9", "040100000000FFFF", "040000000000FFFF", "040000000000FFE9", "040000000000FFE3"],
            heard);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 10), _time.Waits);
    }

    [Fact]
    public async Task Typing_that_is_cut_short_lets_go_of_every_key()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));
        using var cut = new CancellationTokenSource();
        Task typing = session.TypeAsync(string.Concat(Enumerable.Repeat("{Ctrl+Alt+Del}", 100_000)), cut.Token);
        await screen.HearAsync(Key);

        await cut.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => typing);
        var down = new HashSet<string> { "FFE3" };
        await session.PointerAsync(0, 0, 0, default);
        for (byte[] message = await screen.HearAsync(); message[0] != Pointer; message = await screen.HearAsync())
        {
            string symbol = Convert.ToHexString(message.AsSpan(6));
            Assert.True(message[1] == 1 ? down.Add(symbol) : down.Remove(symbol));
        }
        Assert.Empty(down);
    }

    [Fact]
    public async Task A_wrong_key_name_types_nothing_and_a_wrong_place_moves_nothing()
    {
        FakeScreen screen = FakeScreen.Open(8, 8);
        await using KvmSession session = await OpenAsync(screen, FakeScreen.Painted(0, 0, 8, 8, 0));

        Assert.Equal(AmtProblem.BadArgument, (await Assert.ThrowsAsync<AmtException>(() => session.TypeAsync("abc{Entre}", default))).Problem);
        Assert.Equal(AmtProblem.BadArgument, (await Assert.ThrowsAsync<AmtException>(() => session.PointerAsync(8, 0, 0, default))).Problem);
        Assert.Equal(AmtProblem.BadArgument, (await Assert.ThrowsAsync<AmtException>(() => session.PointerAsync(0, 0, 256, default))).Problem);
        Assert.Empty(screen.Heard());
    }

    /// <summary>Opens a session whose first picture is this, and takes the questions up to then.</summary>
    private async Task<KvmSession> OpenAsync(FakeScreen screen, byte[] firstPicture)
    {
        Task<KvmSession> opening = KvmSession.OpenAsync(screen.Stream, null, _time, default);
        Assert.Equal(0, (await screen.HearAsync(UpdateRequest))[1]);
        screen.Say(FakeScreen.Update(firstPicture));
        return await opening;
    }

    private static string At(byte[] rgb, int width, int x, int y) => Convert.ToHexString(rgb.AsSpan((y * width + x) * 3, 3));
}
