using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Amt;
using Slipway.Amt.Sol;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.LoopbackTests.Amt;

/// <summary>Our serial over LAN against simulated firmware that shares no code with it.</summary>
public sealed class SolConnectionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Profiles => [.. AmtProfile.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Every_release_carries_bytes_both_ways(string release)
    {
        await using var bench = new Bench(AmtProfile.Find(release)!);
        await using SolConnection sol = await bench.OpenAsync();
        byte[] out_ = Noise(200_000, 1), in_ = Noise(20_000, 2);

        Task<byte[]> read = bench.ReadAsync(sol, out_.Length);
        await bench.Host.SayAsync(out_);
        await sol.WriteAsync(in_, bench.End);

        Assert.Equal(out_, await read);
        Assert.Equal(in_, await bench.Host.HearAsync(in_.Length, bench.End));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Messages_that_come_in_pieces_are_whole(int piece)
    {
        await using var bench = new Bench(AmtProfile.Find("12")!, new AmtFaults { WritePieceBytes = piece });
        await using SolConnection sol = await bench.OpenAsync();
        byte[] out_ = Noise(3000, 3);

        Task<byte[]> read = bench.ReadAsync(sol, out_.Length);
        await bench.Host.SayAsync(out_);

        Assert.Equal(out_, await read);
    }

    [Fact]
    public async Task A_session_that_drops_at_reset_comes_back_and_the_gap_is_told()
    {
        await using var bench = new Bench(AmtProfile.Find("12")!, new AmtFaults { SessionsDropAtReset = true });
        await using SolConnection sol = await bench.OpenAsync();
        await bench.Host.SayAsync("before\n"u8.ToArray());
        Assert.Equal("before\n", Encoding.ASCII.GetString(await bench.ReadAsync(sol, 7)));

        Task<byte[]> read = bench.ReadAsync(sol, 6);
        bench.DropSessions();
        SolFact.Gap gap = await bench.WaitForAsync<SolFact.Gap>(sol);
        await bench.Host.SayAsync("after\n"u8.ToArray());

        Assert.NotEmpty(gap.Reason);
        Assert.Equal("after\n", Encoding.ASCII.GetString(await read));
    }

    [Fact]
    public async Task Power_is_told_by_the_session_at_once()
    {
        await using var bench = new Bench(AmtProfile.Find("12")!);
        bench.Host.SetPower(true);
        await using SolConnection sol = await bench.OpenAsync();
        Task<byte[]> read = bench.ReadAsync(sol, 1);
        Assert.True((await bench.WaitForAsync<SolFact.PowerSeen>(sol)).IsOn);

        bench.Host.SetPower(false);

        Assert.False((await bench.WaitForAsync<SolFact.PowerSeen>(sol)).IsOn);
        await bench.Host.SayAsync("x"u8.ToArray());
        await read;
    }

    [Fact]
    public async Task A_second_console_is_told_who_is_in_the_way()
    {
        await using var bench = new Bench(AmtProfile.Find("12")!);
        await using SolConnection first = await bench.OpenAsync();

        AmtException e = await Assert.ThrowsAsync<AmtException>(() => bench.OpenAsync());

        Assert.Equal(AmtProblem.SessionBusy, e.Problem);
        Assert.Contains("another console", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("N0tThisOne!", true, AmtProblem.WrongCredentials)]
    [InlineData("Sl1pway!Lab", false, AmtProblem.FeatureDisabled)]
    public async Task What_is_in_the_way_is_named(string password, bool isEnabled, AmtProblem problem)
    {
        await using var bench = new Bench(AmtProfile.Find("14")!);
        bench.State.SolEnabled = isEnabled;

        AmtException e = await Assert.ThrowsAsync<AmtException>(() => bench.OpenAsync(password));

        Assert.Equal(problem, e.Problem);
        Assert.DoesNotContain(password, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_firmware_that_wants_the_password_in_clear_gets_it_only_when_that_is_allowed()
    {
        await using var bench = new Bench(AmtProfile.Find("8")! with { LoginMethods = [1] });

        Assert.Equal(AmtProblem.PlainTextOnly, (await Assert.ThrowsAsync<AmtException>(() => bench.OpenAsync())).Problem);
        await bench.UntilAsync(() => bench.State.Sessions.Count == 0);
        await using SolConnection sol = await bench.OpenAsync(plainText: true);

        Assert.True(sol.IsOpen);
    }

    [Fact]
    public async Task It_can_be_closed_around_a_power_loss_and_a_reader_just_waits()
    {
        await using var bench = new Bench(AmtProfile.Find("12")!);
        await using SolConnection sol = await bench.OpenAsync();
        Task<byte[]> read = bench.ReadAsync(sol, 5);

        await sol.CloseAsync(bench.End);
        await bench.UntilAsync(() => bench.State.Sessions.Count == 0);
        await sol.ReopenAsync(bench.End);
        await bench.Host.SayAsync("again"u8.ToArray());

        Assert.Equal("again", Encoding.ASCII.GetString(await read));
    }

    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A firmware's redirection port on 127.0.0.1.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new(Limit);
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly SimRedirection _redirection;
        private readonly List<Task> _serving = [];
        private readonly List<TcpClient> _clients = [];
        private readonly Task _accepting;

        public Bench(AmtProfile profile, AmtFaults? faults = null)
        {
            State = new FirmwareState(profile, faults ?? new AmtFaults(), "Sl1pway!Lab", TimeProvider.System);
            _redirection = new SimRedirection(State, Host);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public PipeHost Host { get; } = new();

        public FirmwareState State { get; }

        public CancellationToken End => _ending.Token;

        public async Task<SolConnection> OpenAsync(string password = "Sl1pway!Lab", bool plainText = false)
        {
            int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            var endpoint = new AmtEndpoint { Host = "127.0.0.1", Password = password, Tls = AmtTls.Off, BasePort = port - 2, AllowPlainTextLogin = plainText };
            var sol = new SolConnection(new AmtTransport(endpoint, TimeProvider.System, null), new SolOptions(), TimeProvider.System);
            await sol.OpenAsync(End);
            return sol;
        }

        public async Task<byte[]> ReadAsync(SolConnection sol, int bytes)
        {
            byte[] all = new byte[bytes];
            for (int at = 0; at < bytes;) at += await sol.ReadAsync(all.AsMemory(at), End);
            return all;
        }

        public async Task<T> WaitForAsync<T>(SolConnection sol)
            where T : SolFact
        {
            while (true)
                if (await sol.Facts.ReadAsync(End) is T fact) return fact;
        }

        /// <summary>Waits for something that the firmware does in its own time.</summary>
        public async Task UntilAsync(Func<bool> holds)
        {
            while (true)
            {
                lock (State.Lock)
                    if (holds()) return;
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, End);
            }
        }

        public void DropSessions()
        {
            lock (State.Lock) State.PowerRequests++;
            Host.SetPower(true);
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            _listener.Stop();
            foreach (TcpClient client in _clients) client.Dispose();
            await _accepting;
            foreach (Task task in _serving) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _redirection.DisposeAsync();
            await Host.DisposeAsync();
            _ending.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync(End);
                    client.NoDelay = true;
                    _clients.Add(client);
                    _serving.Add(Task.Run(async () =>
                    {
                        using (client) await _redirection.ServeAsync(client.GetStream(), End);
                    }));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
