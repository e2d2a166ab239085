using System.Buffers.Binary;
using System.Text;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimSide;

public sealed class SimSolTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Output_before_the_session_is_lost_and_what_follows_is_not()
    {
        await using var bench = new SimBench();
        bench.Host.Say("early"u8);
        await bench.Host.SaidAsync();
        SimConsole console = await OpenAsync(bench);

        bench.Host.Say("late"u8);

        Assert.Equal("late", await ReadDataAsync(console, 4));
    }

    [Fact]
    public async Task Output_is_collected_for_the_buffering_time()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, bufferingMilliseconds: 1000);

        bench.Host.Say("one "u8);
        await bench.Time.TimerAsync(Second);
        bench.Host.Say("two"u8);
        await bench.Host.SaidAsync();
        Assert.DoesNotContain(console.FirmwareWrites, write => write[0] == 0x2A);
        bench.Time.Advance(Second);

        string first = await ReadDataAsync(console, 4);
        Assert.StartsWith("one ", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_comes_in_messages_of_the_size_the_console_allows()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, maxBytes: 16, bufferingMilliseconds: 0);

        bench.Host.Say(Encoding.ASCII.GetBytes("0123456789abcdef0123456789ABCDEFrest"));

        Assert.Equal("0123456789abcdef", await ReadMessageAsync(console));
        Assert.Equal("0123456789ABCDEF", await ReadMessageAsync(console));
        bench.Host.Say("of 12 bytes."u8);
        Assert.Equal("restof 12 bytes.", await ReadMessageAsync(console));
    }

    [Fact]
    public async Task Slow_console_holds_the_host_up_and_gets_every_byte()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, maxBytes: 10_000);
        var all = new byte[512 * 1024];
        new Random(1).NextBytes(all);
        for (int at = 0; at < all.Length; at += 1024) bench.Host.Say(all.AsSpan(at, 1024));

        byte[] first = await ReadAtLeastAsync(console, 1);
        Assert.True(bench.Host.Taken < all.Length / 2, $"{bench.Host.Taken} bytes were read while nobody took them.");
        byte[] rest = await ReadAtLeastAsync(console, all.Length - first.Length);

        Assert.Equal(all, first.Concat(rest));
    }

    [Fact]
    public async Task Overflow_time_loses_bytes_and_says_so()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, overflowMilliseconds: 150, heartbeatMilliseconds: 60_000, receiveMilliseconds: 60_000);
        for (int i = 0; i < 400; i++) bench.Host.Say(new byte[1024]);

        // Some pieces wait without being lost, as long as there is room on the way: less than 150 of them.
        for (int i = 0; i < 200; i++)
        {
            await bench.Time.TimerAsync(TimeSpan.FromMilliseconds(150));
            bench.Time.Advance(TimeSpan.FromMilliseconds(150));
        }

        // While all the bytes before are read, the loss is told of between them.
        while (true)
        {
            byte[] message = await ReadWholeAsync(console);
            if (message[0] != 0x29) continue;
            Assert.Equal([3, 5], message[8..]);
            return;
        }
    }

    [Fact]
    public async Task Power_is_told_at_each_change()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench);

        bench.Host.Switch(false);
        await console.ExpectAsync("29 00 00 00 .. .. .. .. 00 00");
        bench.Host.Switch(true);

        await console.ExpectAsync("29 00 00 00 .. .. .. .. 03 04");
    }

    [Fact]
    public async Task Heartbeat_comes_at_the_interval_the_console_asked_for_with_running_numbers()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, heartbeatMilliseconds: 5000);
        await bench.Time.TimerAsync(5 * Second);

        bench.Time.Advance(5 * Second);

        await console.ExpectAsync("2B 00 00 00 02 00 00 00");
    }

    [Fact]
    public async Task Silent_console_is_let_go_after_its_receive_time()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench, heartbeatMilliseconds: 60_000);
        await bench.Time.TimerAsync(10 * Second);
        bench.Time.Advance(9 * Second);
        await console.SendAsync("2B 00 00 00 00 00 00 00");
        await bench.Time.TimerAsync(10 * Second);
        bench.Time.Advance(9 * Second);
        Assert.Single(bench.State.Sessions);

        bench.Time.Advance(Second);

        await console.ExpectEndAsync();
        Assert.Empty(bench.State.Sessions);
    }

    [Fact]
    public async Task Ping_is_answered_and_modem_lines_are_accepted()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench);

        await console.SendAsync("27 00 00 00 01 00 00 00 00 00 1B 00 00 00");
        await console.SendAsync("24 00 00 00 02 00 00 00");

        await console.ExpectAsync("25 00 00 00 .. .. .. ..");
    }

    [Fact]
    public async Task Without_heartbeats_the_firmware_pings_and_takes_an_echo_for_an_answer()
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench);
        await bench.Time.TimerAsync(5 * Second);
        bench.Time.Advance(5 * Second);

        byte[] ping = await console.ReadAsync(8);
        await console.SendAsync(ping);
        bench.Host.Say("x"u8);

        Assert.Equal(0x24, ping[0]);
        Assert.Equal("x", await ReadMessageAsync(console));
    }

    [Fact]
    public async Task Input_the_host_does_not_take_is_thrown_away_after_the_flush_time()
    {
        await using var bench = new SimBench();
        bench.Host.IsDeaf = true;
        SimConsole console = await OpenAsync(bench, flushMilliseconds: 3000);

        await console.SendAsync("28 00 00 00 00 00 00 00 01 00 0D");
        await bench.Time.TimerAsync(3 * Second);
        bench.Time.Advance(3 * Second);

        await console.ExpectAsync("29 00 00 00 .. .. .. .. 03 0C");
    }

    [Fact]
    public async Task Line_may_fall_silent_after_so_many_bytes_and_stays_open()
    {
        await using var bench = new SimBench("12", new AmtFaults { SolSilentAfterBytes = 7 });
        SimConsole console = await OpenAsync(bench, heartbeatMilliseconds: 5000);

        bench.Host.Say("0123456789"u8);
        Assert.Equal("0123456", await ReadDataAsync(console, 7));
        bench.Host.Switch(false);
        bench.Time.Advance(5 * Second);
        await console.SendAsync("24 00 00 00 00 00 00 00");
        await console.SendAsync("28 00 00 00 00 00 00 00 01 00 0D");

        Assert.Equal([0x0D], await bench.Host.HearAsync());
        Assert.Equal(17, console.FirmwareWrites.Last().Length);
        Assert.Single(bench.State.Sessions);
    }

    [Theory]
    [InlineData("30 00 00 00 00 00 00 00")]
    [InlineData("13 00 00 00 00 00 00 00 00")]
    [InlineData("20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00")]
    public async Task Message_that_has_no_place_here_ends_the_session(string hex)
    {
        await using var bench = new SimBench();
        SimConsole console = await OpenAsync(bench);

        await console.SendAsync(hex);

        await console.ExpectEndAsync();
    }

    private static async Task<SimConsole> OpenAsync(
        SimBench bench, ushort maxBytes = 1000, ushort bufferingMilliseconds = 100, ushort overflowMilliseconds = 0, ushort flushMilliseconds = 0, ushort heartbeatMilliseconds = 0,
        ushort receiveMilliseconds = 10_000)
    {
        SimConsole console = await bench.LoginAsync("SOL ");
        var start = new byte[24];
        start[0] = 0x20;
        int at = 8;
        foreach (ushort word in new ushort[] { maxBytes, bufferingMilliseconds, overflowMilliseconds, receiveMilliseconds, flushMilliseconds, heartbeatMilliseconds })
        {
            BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(at), word);
            at += 2;
        }
        await console.SendAsync(start);
        await console.ReadAsync(23);
        await console.ExpectAsync("29 00 00 00 01 00 00 00 03 04");
        return console;
    }

    private static async Task<byte[]> ReadWholeAsync(SimConsole console)
    {
        byte[] header = await console.ReadAsync(10);
        return header[0] == 0x29 ? header : [.. header, .. await console.ReadAsync(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8)))];
    }

    private static async Task<string> ReadMessageAsync(SimConsole console) => Encoding.ASCII.GetString((await ReadWholeAsync(console))[10..]);

    private static async Task<byte[]> ReadAtLeastAsync(SimConsole console, int count)
    {
        var data = new List<byte>();
        while (data.Count < count) data.AddRange((await ReadWholeAsync(console))[10..]);
        return [.. data];
    }

    private static async Task<string> ReadDataAsync(SimConsole console, int count) => Encoding.ASCII.GetString(await ReadAtLeastAsync(console, count));
}
