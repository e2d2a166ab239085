using System.Buffers.Binary;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimSide;

public sealed class SimIderTests
{
    private const string Enable = "48 00 00 00 .. .. .. .. 03 19 00 00 00";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("40 00 00 00 00 00 00 00 30 75 00 00 20 4E 01 00 00 00")]
    [InlineData("40 30 75 00 00 20 4E FF 00 00 00 00 00 00 00 00 00 00")] // one client's slip
    public async Task Opening_is_answered_with_the_buffer_sizes(string open)
    {
        await using var bench = new SimBench("12");
        SimConsole console = await bench.LoginAsync("IDER");

        await console.SendAsync(open);

        await console.ExpectAsync("41 00 00 00 00 00 00 00 01 00 0C 00 00 00 00 00 00 20 00 20 00 00 00 00 00 57 01 00 00 00");
    }

    [Fact]
    public async Task Features_are_told_and_set()
    {
        await using var bench = new SimBench();
        IderPeer peer = await OpenAsync(bench);

        await peer.SendAsync("48 00 00 00 .. .. .. .. 01");
        await peer.ExpectAsync("49 00 00 00 .. .. .. .. 01 01 00 00 00");
        await peer.SendAsync("48 00 00 00 .. .. .. .. 02");
        await peer.ExpectAsync("49 00 00 00 .. .. .. .. 02 00 00 00 00");
        await peer.SendAsync("48 00 00 00 .. .. .. .. 03 08 00 00 00");
        await peer.ExpectAsync("49 00 00 00 .. .. .. .. 03 01 00 00 00");
        await peer.SendAsync("44 00 00 00 .. .. .. ..");
        await peer.ExpectAsync("45 00 00 00 .. .. .. ..");
        await peer.SendAsync("42 00 00 00 .. .. .. ..");
        await peer.ExpectAsync("43 00 00 00 .. .. .. ..");
        await peer.Console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("09")]
    [InlineData("11")]
    [InlineData("19")]
    public async Task Cd_is_looked_at_and_shown_to_the_host(string state)
    {
        await using var bench = new SimBench();
        IderPeer peer = await OpenAsync(bench);

        await peer.SendAsync($"48 00 00 00 .. .. .. .. 03 {state} 00 00 00");
        await peer.ExpectAsync("49 00 00 00 .. .. .. .. 03 01 00 00 00");
        await peer.ExpectAsync("50 00 00 00 .. .. .. .. 00 00 00 00 00 20 B0 A0 00 00 00 00 00 00 00 00 00 00 00 00");
        await peer.EndAsync(0xB0, 6, 0x28, 0); // the medium is new
        await peer.ExpectAsync("50 00 00 00 .. .. .. .. 00 00 00 00 00 20 B0 A0 00 00 00 00 00 00 00 00 00 00 00 00");
        await peer.EndAsync(0xB0);
        await peer.ExpectAsync("50 00 00 00 .. .. .. .. 00 00 00 00 00 20 B0 A0 25 00 00 00 00 00 00 00 00 00 00 00");
        await peer.DataAsync(0xB0, Capacity(100, 2048), last: true);
        await peer.ExpectAsync("50 00 00 00 .. .. .. .. 00 00 00 00 00 20 B0 A0 43 00 00 00 00 00 00 00 14 00 00 00");
        await peer.DataAsync(0xB0, new byte[20], last: true);

        IRedirectedMedium medium = (await bench.Host.MediumAsync())!;
        Assert.Equal((2048, 100), (medium.BlockBytes, medium.Blocks));
    }

    [Fact]
    public async Task Without_a_cd_the_floppy_is_shown_and_an_empty_drive_is_looked_into_again()
    {
        await using var bench = new SimBench();
        IderPeer peer = await OpenAsync(bench);
        await peer.SendAsync(Enable);
        await peer.ReadAsync(13);

        foreach (byte device in new byte[] { 0xB0, 0xA0 }) await peer.AnswerAsync(0, p => p.EndAsync(device, 2, 0x3A, 0));
        await bench.Time.TimerAsync(2 * Second);
        bench.Time.Advance(2 * Second);
        await peer.AnswerAsync(0, p => p.EndAsync(0xB0, 2, 0x3A, 0));
        await peer.AnswerAsync(0, p => p.EndAsync(0xA0));
        await peer.AnswerAsync(0x25, p => p.DataAsync(0xA0, Capacity(2880, 512), last: true));

        IRedirectedMedium medium = (await bench.Host.MediumAsync())!;
        Assert.Equal((512, 2880), (medium.BlockBytes, medium.Blocks));
    }

    [Fact]
    public async Task Read_is_put_together_from_several_messages()
    {
        await using var bench = new SimBench();
        (IderPeer peer, IRedirectedMedium medium) = await InsertAsync(bench);
        var content = new byte[10 * 2048];
        new Random(2).NextBytes(content);
        var buffer = new byte[content.Length];

        Task read = medium.ReadAsync(7, buffer, CancellationToken.None);
        await peer.ExpectAsync("50 00 00 00 .. .. .. .. 00 00 00 00 00 20 B0 A0 28 00 00 00 00 07 00 00 0A 00 00 00");
        await peer.DataAsync(0xB0, content[..8192], last: false);
        await peer.SendAsync("4B 00 00 00 .. .. .. ..");
        await peer.DataAsync(0xB0, content[8192..16384], last: false);
        await peer.DataAsync(0xB0, content[16384..], last: true);
        await read.WaitAsync(SimConsole.Patience);

        Assert.Equal(content, buffer);
    }

    [Fact]
    public async Task Reads_are_asked_one_after_the_other_in_portions()
    {
        await using var bench = new SimBench();
        (IderPeer peer, IRedirectedMedium medium) = await InsertAsync(bench);

        Task large = medium.ReadAsync(0, new byte[40 * 2048], CancellationToken.None);
        Task small = medium.ReadAsync(90, new byte[2048], CancellationToken.None);
        var asked = new List<(uint First, int Count)>();
        for (int i = 0; i < 3; i++)
        {
            byte[] command = await peer.ReadAsync(28);
            int count = BinaryPrimitives.ReadUInt16BigEndian(command.AsSpan(16 + 7));
            asked.Add((BinaryPrimitives.ReadUInt32BigEndian(command.AsSpan(16 + 2)), count));
            for (int done = 0; done < count; done += 4)
                await peer.DataAsync(0xB0, new byte[Math.Min(4, count - done) * 2048], last: done + 4 >= count);
        }
        await Task.WhenAll(large, small).WaitAsync(SimConsole.Patience);

        Assert.Equal([(0u, 32), (32u, 8), (90u, 1)], asked.Order().ToArray());
    }

    [Fact]
    public async Task Sense_and_short_data_are_errors_of_the_drive()
    {
        await using var bench = new SimBench();
        (IderPeer peer, IRedirectedMedium medium) = await InsertAsync(bench);

        Task refused = medium.ReadAsync(1000, new byte[2048], CancellationToken.None);
        await peer.AnswerAsync(0x28, p => p.EndAsync(0xB0, 5, 0x21, 0));
        IOException sense = await Assert.ThrowsAsync<IOException>(() => refused);
        Task shortened = medium.ReadAsync(0, new byte[4096], CancellationToken.None);
        await peer.AnswerAsync(0x28, p => p.DataAsync(0xB0, new byte[2048], last: true));

        Assert.Contains("05/21/00", sense.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => shortened);
    }

    [Theory]
    [InlineData("number")]
    [InlineData("too much")]
    [InlineData("half marked")]
    [InlineData("other device")]
    [InlineData("unasked")]
    [InlineData("contradiction")]
    public async Task Broken_answer_ends_the_session_and_empties_the_drive(string how)
    {
        await using var bench = new SimBench();
        (IderPeer peer, IRedirectedMedium medium) = await InsertAsync(bench);
        Task read = how == "unasked" ? Task.FromException(new IOException()) : medium.ReadAsync(0, new byte[2048], CancellationToken.None);
        if (how != "unasked") await peer.ReadAsync(28);

        byte[] answer = how == "contradiction" ? IderPeer.End(0xB0, 5, 0, 0) : IderPeer.Data(0xB0, new byte[how == "too much" ? 4096 : 2048], true);
        if (how == "number") peer.Skip();
        if (how == "half marked") answer[3] = 0;
        if (how == "other device") answer[18] = 0xA0;
        if (how == "contradiction") answer[27] = 0x50;
        await peer.SendAsync(answer);

        await Assert.ThrowsAsync<IOException>(() => read.WaitAsync(SimConsole.Patience));
        Assert.Null(await bench.Host.MediumAsync());
        await peer.Console.ExpectEndAsync();
        await Assert.ThrowsAsync<IOException>(() => medium.ReadAsync(0, new byte[2048], CancellationToken.None));
    }

    [Fact]
    public async Task Reset_is_told_and_the_running_read_is_asked_again_after_the_answer()
    {
        await using var bench = new SimBench();
        (IderPeer peer, IRedirectedMedium medium) = await InsertAsync(bench);
        var buffer = new byte[2 * 2048];
        Task read = medium.ReadAsync(3, buffer, CancellationToken.None);
        byte[] asked = await peer.ReadAsync(28);

        lock (bench.State.Lock) bench.State.PowerRequests++;
        bench.Time.Advance(Second);
        await peer.ExpectAsync("46 00 00 00 .. .. .. .. 03");
        await peer.DataAsync(0xB0, new byte[2048], last: false); // was on its way
        await peer.SendAsync("47 00 00 00 .. .. .. ..");
        byte[] again = await peer.ReadAsync(28);
        byte[] content = [.. Enumerable.Repeat((byte)0x5A, buffer.Length)];
        await peer.DataAsync(0xB0, content, last: true);
        await read.WaitAsync(SimConsole.Patience);

        Assert.Equal(asked[8..], again[8..]);
        Assert.Equal(content, buffer);
    }

    [Fact]
    public async Task Disabling_and_hanging_up_empty_the_drive()
    {
        await using var bench = new SimBench();
        (IderPeer peer, _) = await InsertAsync(bench);

        await peer.SendAsync("48 00 00 00 .. .. .. .. 03 00 00 00 00");
        Assert.Null(await bench.Host.MediumAsync());
        await peer.Console.HangUpAsync();
        (peer, _) = await InsertAsync(bench);
        await peer.Console.HangUpAsync();

        Assert.Null(await bench.Host.MediumAsync());
        Assert.Empty(bench.State.Sessions);
    }

    [Fact]
    public async Task Silence_ends_the_session_after_a_ping_and_a_heartbeat()
    {
        await using var bench = new SimBench();
        IderPeer peer = await OpenAsync(bench);

        await bench.Time.TimerAsync(15 * Second);
        bench.Time.Advance(15 * Second);
        await peer.ExpectAsync("44 00 00 00 01 00 00 00");
        bench.Time.Advance(5 * Second);
        await peer.ExpectAsync("4B 00 00 00 02 00 00 00");
        bench.Time.Advance(9 * Second);
        Assert.Single(bench.State.Sessions);
        bench.Time.Advance(Second);

        await peer.Console.HangUpAsync();
    }

    private static byte[] Capacity(uint blocks, uint blockBytes)
    {
        var capacity = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(capacity, blocks - 1);
        BinaryPrimitives.WriteUInt32BigEndian(capacity.AsSpan(4), blockBytes);
        return capacity;
    }

    private static async Task<IderPeer> OpenAsync(SimBench bench)
    {
        var peer = new IderPeer(await bench.LoginAsync("IDER"));
        await peer.SendAsync("40 00 00 00 .. .. .. .. 30 75 00 00 20 4E 01 00 00 00");
        await peer.ReadAsync(30);
        return peer;
    }

    private static async Task<(IderPeer Peer, IRedirectedMedium Medium)> InsertAsync(SimBench bench)
    {
        IderPeer peer = await OpenAsync(bench);
        await peer.SendAsync(Enable);
        await peer.ReadAsync(13);
        await peer.AnswerAsync(0, p => p.EndAsync(0xB0));
        await peer.AnswerAsync(0x25, p => p.DataAsync(0xB0, Capacity(100, 2048), last: true));
        await peer.AnswerAsync(0x43, p => p.DataAsync(0xB0, new byte[20], last: true));
        return (peer, (await bench.Host.MediumAsync())!);
    }

    /// <summary>A console of IDE redirection in bytes; it numbers what it sends.</summary>
    private sealed class IderPeer(SimConsole console)
    {
        private uint _next;

        public SimConsole Console => console;

        public void Skip() => _next++;

        public Task SendAsync(string hex) => SendAsync(SimConsole.Hex(hex.Replace("..", "00", StringComparison.Ordinal)));

        public Task SendAsync(byte[] message)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), _next++);
            return console.SendAsync(message);
        }

        public Task<byte[]> ReadAsync(int count) => console.ReadAsync(count);

        public Task ExpectAsync(string hex) => console.ExpectAsync(hex);

        public async Task AnswerAsync(byte code, Func<IderPeer, Task> answer)
        {
            byte[] command = await ReadAsync(28);
            Assert.Equal((0x50, code), (command[0], command[16]));
            await answer(this);
        }

        public Task EndAsync(byte device, byte key = 0, byte code = 0, byte qualifier = 0) => SendAsync(End(device, key, code, qualifier));

        public Task DataAsync(byte device, byte[] data, bool last) => SendAsync(Data(device, data, last));

        public static byte[] End(byte device, byte key, byte code, byte qualifier)
        {
            var end = new byte[31];
            (end[0], end[3], end[20], end[21], end[22], end[26], end[27]) =
                (0x51, 2, key == 0 ? (byte)0x85 : (byte)0x87, (byte)(key << 4), 3, device, key == 0 ? (byte)0x50 : (byte)0x51);
            (end[28], end[29], end[30]) = (key, code, qualifier);
            return end;
        }

        public static byte[] Data(byte device, byte[] data, bool last)
        {
            var message = new byte[34 + data.Length];
            (message[0], message[12], message[14], message[18], message[19]) = (0x54, 0xB5, 2, device, 0x58);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(9), (ushort)data.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(16), (ushort)data.Length);
            if (last) (message[3], message[20], message[22], message[26], message[27]) = (2, 0x85, 3, device, 0x50);
            data.CopyTo(message.AsSpan(34));
            return message;
        }
    }
}
