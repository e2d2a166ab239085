using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Slipway.Amt;
using Slipway.Amt.Kvm;

namespace Slipway.LoopbackTests.Amt;

[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "xUnit calls DisposeAsync of IAsyncLifetime.")]
public sealed class RfbListenerTests : IAsyncLifetime
{
    private const string Password = "secret";
    private const ushort Red = 0xF800, Green = 0x07E0, Blue = 0x001F;

    /// <summary>For a condition, not for a time: it only ends what hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PaintedScreen _screen = new(300, 200);
    private KvmSession _session = null!;
    private RfbListener _listener = null!;

    public async Task InitializeAsync()
    {
        _screen.Paint(0, 0, 300, 200, Red);
        _session = await KvmSession.OpenAsync(await _screen.ConnectAsync(), null, TimeProvider.System, default);
        _listener = Listen(null);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _session.DisposeAsync();
        await _screen.DisposeAsync();
    }

    [Fact]
    public async Task A_viewer_sees_the_screen_and_what_changes_on_it()
    {
        using RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint);
        Assert.Equal((300, 200, "x"), (viewer.Width, viewer.Height, viewer.Name));

        await viewer.LookUntilAsync(v => v.Pixels.All(p => p == 0xFF0000)).WaitAsync(Patience);
        _screen.Paint(299, 199, 1, 1, Green);
        await viewer.LookUntilAsync(v => v.At(299, 199) == 0x00FF00).WaitAsync(Patience);

        Assert.Equal(0xFF0000u, viewer.At(298, 199));
        Assert.Equal([0], viewer.Encodings);
    }

    [Fact]
    public async Task Zrle_shows_the_same_as_raw()
    {
        var dice = new Random(1);
        for (int i = 0; i < 60; i++) _screen.Paint(dice.Next(250), dice.Next(150), dice.Next(50), dice.Next(50), (ushort)dice.Next(65536));
        for (int i = 0; i < 100; i++) _screen.Paint(i % 10, i / 10, 1, 1, (ushort)dice.Next(65536)); // a tile with too many colours
        _screen.Paint(299, 0, 1, 1, Blue);
        using RawViewer raw = await RawViewer.OpenAsync(_listener.EndPoint);
        using RawViewer zrle = await RawViewer.OpenAsync(_listener.EndPoint);
        await zrle.SetEncodingsAsync(16, 0);

        foreach (RawViewer viewer in new[] { raw, zrle })
            await viewer.LookUntilAsync(v => v.At(299, 0) == 0x0000FF).WaitAsync(Patience);

        Assert.Contains(16, zrle.Encodings);
        Assert.Equal(raw.Pixels, zrle.Pixels);

        _screen.Paint(100, 100, 7, 70, Green); // and with the stream going on
        await zrle.LookUntilAsync(v => v.At(100, 100) == 0x00FF00).WaitAsync(Patience);
        Assert.Equal(0x00FF00u, zrle.At(106, 169));
    }

    [Theory]
    [InlineData("20180001" + "00FF00FF00FF" + "100800", 4, false, 0xFF0000u)]
    [InlineData("20180101" + "00FF00FF00FF" + "100800", 4, true, 0xFF0000u)]
    [InlineData("20180001" + "00FF00FF00FF" + "001018", 4, false, 0x0000FFu)] // green and blue elsewhere
    [InlineData("10100001" + "001F003F001F" + "0B0500", 2, false, 0xF800u)]
    [InlineData("10100101" + "001F003F001F" + "0B0500", 2, true, 0xF800u)]
    [InlineData("100F0001" + "001F001F001F" + "0A0500", 2, false, 0x7C00u)]
    [InlineData("08080001" + "000700070003" + "000306", 1, false, 0x07u)] // BGR233, as old viewers ask
    [InlineData("08060001" + "000300030003" + "040200", 1, false, 0x30u)]
    public async Task A_viewer_gets_the_pixels_it_asks_for(string format, int bytes, bool bigEndian, uint red)
    {
        using RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint);
        (viewer.PixelBytes, viewer.BigEndian) = (bytes, bigEndian);
        await viewer.SendAsync($"00000000{format}000000");

        await viewer.LookUntilAsync(v => v.Pixels.All(p => p == red)).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_viewer_with_a_colour_map_gets_one()
    {
        using RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint);
        viewer.PixelBytes = 1;
        await viewer.SendAsync("00000000" + "08080000" + "000000000000" + "000000" + "000000");

        await viewer.LookUntilAsync(v => v.Pixels.All(p => p == v.Pixels[0])).WaitAsync(Patience);

        Assert.Equal(256 * 6, viewer.ColourMap.Length);
        Assert.Equal("FFFF00000000", Convert.ToHexString(viewer.ColourMap.AsSpan((int)viewer.Pixels[0] * 6, 6)));
    }

    [Fact]
    public async Task A_viewer_that_knows_of_sizes_is_told_and_another_sees_what_fits()
    {
        using RawViewer knows = await RawViewer.OpenAsync(_listener.EndPoint);
        using RawViewer other = await RawViewer.OpenAsync(_listener.EndPoint);
        await knows.SetEncodingsAsync(0, -223);

        _screen.Resize(100, 400, Blue);

        await knows.LookUntilAsync(v => (v.Width, v.Height) == (100, 400) && v.Pixels.All(p => p == 0x0000FF)).WaitAsync(Patience);
        await other.LookUntilAsync(v => v.At(0, 0) == 0x0000FF && v.At(299, 0) == 0).WaitAsync(Patience);
        Assert.Equal((300, 200), (other.Width, other.Height));
        Assert.Equal(0x0000FFu, other.At(99, 199));
    }

    [Fact]
    public async Task Keys_pass_in_order_and_are_let_go_of_when_the_viewer_goes()
    {
        using (RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint))
        {
            await viewer.SendAsync("050001020003" + "0401000000000041" + "0400000000000041" + "040100000000FFE1" + "050101030004");
            await HeardAsync(5);
        }
        await HeardAsync(7);

        Assert.Equal(
            ["050001020003", "0401000000000041", "0400000000000041", "040100000000FFE1", "050101030004", "040000000000FFE1", "050001030004"],
            _screen.Heard);
    }

    [Fact]
    public async Task Moves_are_thinned_out_and_the_last_one_always_arrives()
    {
        using RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint);
        await viewer.SendAsync([.. Enumerable.Range(0, 200).SelectMany(x => new byte[] { 5, 0, 0, (byte)x, 0, 7 })]);
        await viewer.SendAsync([5, 1, 0, 200, 0, 7, 5, 0, 0, 201, 0, 7, 5, 0, 0, 202, 0, 7]);

        await WaitAsync(() => _screen.Heard.Contains("050000CA0007"));

        Assert.Contains("050100C80007", _screen.Heard); // a click is never thinned out
        Assert.Contains("050000C90007", _screen.Heard);
        Assert.True(_screen.Heard.Count < 150, $"{_screen.Heard.Count} of 203 events came through");
    }

    [Theory]
    [InlineData("003.003")]
    [InlineData("003.007")]
    [InlineData("003.008")]
    [InlineData("003.889")]
    public async Task A_password_is_asked_for_in_every_version(string version)
    {
        await using RfbListener listener = Listen(Password);
        using RawViewer viewer = await RawViewer.GreetAsync(listener.EndPoint, version);
        await ChooseAsync(viewer, version, security: 2);
        await viewer.SendAsync(Encrypt(await viewer.TakeAsync(16), Password));
        Assert.Equal(new byte[4], await viewer.TakeAsync(4));

        await viewer.InitAsync();
        await viewer.LookUntilAsync(v => v.At(0, 0) == 0xFF0000).WaitAsync(Patience);
    }

    [Theory]
    [InlineData("003.003", "")]
    [InlineData("003.007", "")]
    [InlineData("003.008", "the password is wrong")]
    public async Task A_wrong_password_is_refused_in_every_version(string version, string reason)
    {
        await using RfbListener listener = Listen(Password);
        using RawViewer viewer = await RawViewer.GreetAsync(listener.EndPoint, version);
        await ChooseAsync(viewer, version, security: 2);
        await viewer.SendAsync(Encrypt(await viewer.TakeAsync(16), "secreT"));
        Assert.Equal([0, 0, 0, 1], await viewer.TakeAsync(4));

        if (reason.Length > 0)
        {
            Assert.Equal([0, 0, 0, (byte)reason.Length], await viewer.TakeAsync(4));
            Assert.Equal(reason, System.Text.Encoding.UTF8.GetString(await viewer.TakeAsync(reason.Length)));
        }
        Assert.True(await viewer.IsClosedAsync());
    }

    [Theory]
    [InlineData("003.003", false)]
    [InlineData("003.007", false)]
    [InlineData("003.008", true)]
    public async Task Without_a_password_every_version_is_let_in(string version, bool hasResult)
    {
        using RawViewer viewer = await RawViewer.GreetAsync(_listener.EndPoint, version);
        await ChooseAsync(viewer, version, security: 1);
        if (hasResult) Assert.Equal(new byte[4], await viewer.TakeAsync(4));

        await viewer.InitAsync();

        Assert.Equal(300, viewer.Width);
    }

    [Theory]
    [InlineData("FF")] // no message
    [InlineData("00000000" + "18180001" + "00FF00FF00FF" + "100800" + "000000")] // 24 bits
    [InlineData("00000000" + "10100001" + "001F003F001F" + "100500" + "000000")] // a shift out of the pixel
    [InlineData("06000000" + "7FFFFFFF")] // a clipboard of 2 GiB
    public async Task A_viewer_that_talks_nonsense_is_sent_away_and_the_others_stay(string nonsense)
    {
        using RawViewer good = await RawViewer.OpenAsync(_listener.EndPoint);
        using RawViewer bad = await RawViewer.OpenAsync(_listener.EndPoint);

        await bad.SendAsync(nonsense);

        Assert.True(await bad.IsClosedAsync().WaitAsync(Patience));
        await good.LookUntilAsync(v => v.At(0, 0) == 0xFF0000).WaitAsync(Patience);
    }

    [Fact]
    public async Task What_is_no_viewer_is_closed()
    {
        using RawViewer viewer = await RawViewer.GreetAsync(_listener.EndPoint, "/ HTTP/");
        Assert.True(await viewer.IsClosedAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_viewer_that_reads_nothing_does_not_hold_up_the_others()
    {
        using RawViewer stuck = await RawViewer.OpenAsync(_listener.EndPoint, receiveBuffer: 4096);
        using RawViewer lively = await RawViewer.OpenAsync(_listener.EndPoint);

        // 60 pictures of 240,000 bytes are more than the sockets hold.
        for (int i = 0; i < 60; i++)
        {
            await stuck.AskAsync(incremental: true);
            _screen.Paint(0, 0, 300, 200, i % 2 == 0 ? Green : Blue);
            await lively.LookUntilAsync(v => v.At(5, 5) == (i % 2 == 0 ? 0x00FF00u : 0x0000FFu)).WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task One_viewer_too_many_is_told_why()
    {
        var viewers = new List<RawViewer>();
        for (int i = 0; i < RfbListener.MostViewers; i++) viewers.Add(await RawViewer.OpenAsync(_listener.EndPoint));
        using RawViewer late = await RawViewer.GreetAsync(_listener.EndPoint);

        Assert.Equal([0, 0, 0, 0, 27], await late.TakeAsync(5));
        Assert.Equal("there are 8 viewers already", System.Text.Encoding.UTF8.GetString(await late.TakeAsync(27)));

        viewers.ForEach(viewer => viewer.Dispose());
        late.Dispose();
        await WaitAsync(() => _listener.Viewers == 0);
        using RawViewer next = await RawViewer.OpenAsync(_listener.EndPoint);
    }

    [Fact]
    public async Task When_the_session_ends_so_do_its_viewers_and_new_ones_are_told()
    {
        using RawViewer viewer = await RawViewer.OpenAsync(_listener.EndPoint);
        _screen.Close();
        await _session.Ended.WaitAsync(Patience);

        Assert.True(await viewer.IsClosedAsync().WaitAsync(Patience));
        using RawViewer late = await RawViewer.GreetAsync(_listener.EndPoint);
        byte[] refusal = await late.TakeAsync(5);
        Assert.Equal("the screen of the machine has ended; open it again", System.Text.Encoding.UTF8.GetString(await late.TakeAsync(refusal[4])));
    }

    [Fact]
    public void A_listener_for_the_network_needs_a_password_it_can_have()
    {
        AmtException open = Assert.Throws<AmtException>(() => RfbListener.Start(_session, new IPEndPoint(IPAddress.Any, 0), null, TimeProvider.System));
        AmtException tooLong = Assert.Throws<AmtException>(() => RfbListener.Start(_session, new IPEndPoint(IPAddress.Any, 0), "muchtoolong", TimeProvider.System));
        AmtException taken = Assert.Throws<AmtException>(() => RfbListener.Start(_session, _listener.EndPoint, null, TimeProvider.System));

        Assert.All([open, tooLong, taken], error => Assert.Equal(AmtProblem.BadArgument, error.Problem));
        Assert.DoesNotContain("muchtoolong", tooLong.Message, StringComparison.Ordinal);
    }

    private RfbListener Listen(string? password) => RfbListener.Start(_session, new IPEndPoint(IPAddress.Loopback, 0), password, TimeProvider.System);

    private static async Task ChooseAsync(RawViewer viewer, string version, byte security)
    {
        if (version == "003.003")
        {
            Assert.Equal([0, 0, 0, security], await viewer.TakeAsync(4));
            return;
        }
        Assert.Equal([1, security], await viewer.TakeAsync(2));
        await viewer.SendAsync([security]);
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 6143 §7.2.2 knows no other.")]
    private static byte[] Encrypt(byte[] challenge, string password)
    {
        using var des = DES.Create();
        des.Key = [.. password.PadRight(8, '\0').Select(c => (byte)Enumerable.Range(0, 8).Sum(bit => ((c >> bit) & 1) << (7 - bit)))];
        return des.EncryptEcb(challenge, PaddingMode.None);
    }

    private Task HeardAsync(int count) => WaitAsync(() => _screen.Heard.Count >= count);

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var end = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, end.Token);
    }
}
