using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.Tests.Amt.SimSide;

public sealed class SimSessionTests
{
    [Fact]
    public async Task Opening_of_the_reference_is_answered_byte_by_byte()
    {
        await using var bench = new SimBench("12");
        SimConsole console = bench.Connect();

        await console.SendAsync("10 00 00 00 53 4F 4C 20");
        await console.ExpectAsync("11 00 00 00 01 00 0C 00 57 01 00 00 00");
        await console.SendAsync("13 00 00 00 00 00 00 00 00");
        await console.ExpectAsync("14 00 00 00 00 01 00 00 00 04");
        await console.SendAsync(SimConsole.Login(4, "admin", "", "", "/RedirectionService", "", "", "", ""));
        string[] challenge = await console.ChallengeAsync();
        Assert.Equal((bench.State.Realm, 32, "auth"), (challenge[0], challenge[1].Length, challenge[2]));
        await console.SendAsync(SimConsole.Proof(challenge, "admin", SimBench.Password));
        await console.ExpectAsync("14 00 00 00 04 00 00 00 00");
        await console.SendAsync("20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00");
        byte[] started = await console.ReadAsync(23);
        Assert.Equal((0x21, 0), (started[0], started[1]));
        await console.ExpectAsync("29 00 00 00 .. .. .. .. 03 04");
        bench.Host.Say("hello"u8);
        await console.ExpectAsync("2A 00 00 00 .. .. .. .. 05 00 68 65 6C 6C 6F");
        await console.SendAsync("28 00 00 00 00 00 00 00 01 00 0D");
        Assert.Equal([0x0D], await bench.Host.HearAsync());
        await console.SendAsync("22 00 00 00 00 00 00 00");
        await console.ExpectAsync("23 00 00 00 .. .. .. ..");
        await console.SendAsync("28 00 00 00 00 00 00 00 01 00 0D");
        await console.SendAsync("12 00 00 00");
        await console.ExpectEndAsync();

        Assert.Empty(bench.State.Sessions);
        Assert.Equal([13, 10, 9 + 78, 9, 23, 10, 15, 8], console.FirmwareWrites.Select(w => w.Length));
    }

    [Fact]
    public void Digests_are_those_of_the_reference()
    {
        const string secret = "e529d97c87ce18cb15bdfec82a01c6d8", nonce = "k3vYAAAAAAAAAAAAz7Rj0mWq1uT5xB2c";

        Assert.Equal("df2e9ddb36b283896e262143b1f175a3", Login.Response(secret, nonce, "00000001:00112233445566778899aabbccddeeff:auth"));
        Assert.Equal(secret, SimConsole.Md5("admin:Digest:A4070000000000000000000000000000:" + SimBench.Password));
    }

    [Theory]
    [InlineData("12", "04")]
    [InlineData("8", "01 04")]
    [InlineData("6", "01 03 04")]
    public async Task Query_names_the_methods_of_the_release(string profile, string methods)
    {
        await using var bench = new SimBench(profile);
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        await console.SendAsync("13 00 00 00 00 00 00 00 00");

        await console.ExpectAsync($"14 00 00 00 00 {methods.Split(' ').Length:X2} 00 00 00 {methods}");
    }

    [Fact]
    public async Task Plain_text_without_a_query_opens_a_session_as_amtterm_does()
    {
        await using var bench = new SimBench("8");
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        await console.SendAsync(SimConsole.Login(1, "admin", SimBench.Password));

        await console.ExpectAsync("14 00 00 00 01 00 00 00 00");
        await console.SendAsync("20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00");
        Assert.Equal(0x21, (await console.ReadAsync(23))[0]);
    }

    [Theory]
    [InlineData("wrong password")]
    [InlineData("")]
    public async Task Plain_text_with_a_wrong_password_ends_the_connection(string password)
    {
        await using var bench = new SimBench("8");
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        await console.SendAsync(SimConsole.Login(1, "admin", password));

        await console.ExpectAsync("14 01 00 00 01 00 00 00 00");
        await console.ExpectEndAsync();
        Assert.Empty(bench.State.Sessions);
    }

    [Theory]
    [InlineData(1)] // plain text ended with 12
    [InlineData(2)] // Kerberos
    [InlineData(3)]
    [InlineData(9)]
    public async Task Method_that_is_not_offered_is_refused_and_another_may_follow(byte method)
    {
        await using var bench = new SimBench("12");
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        await console.SendAsync(SimConsole.Login(method, "admin", SimBench.Password));

        await console.ExpectAsync($"14 02 00 00 {method:X2} 00 00 00 00");
        await console.LoginAsync();
    }

    [Fact]
    public async Task Old_digest_has_no_quality_in_challenge_and_hash()
    {
        await using var bench = new SimBench("6");
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        await console.SendAsync(SimConsole.Login(3, "admin", "", "", "/RedirectionService", "", "", ""));
        string[] challenge = await console.ChallengeAsync();
        string secret = SimConsole.Md5($"admin:{challenge[0]}:{SimBench.Password}");
        string response = SimConsole.Md5($"{secret}:{challenge[1]}:{SimConsole.Md5("POST:/RedirectionService")}");
        await console.SendAsync(SimConsole.Login(3, "admin", challenge[0], challenge[1], "/RedirectionService", "", "", response));

        Assert.Equal(2, challenge.Length);
        await console.ExpectAsync("14 00 00 00 03 00 00 00 00");
    }

    [Theory]
    [InlineData("admin", "wrong")]
    [InlineData("nobody", SimBench.Password)]
    public async Task Wrong_proof_ends_the_connection(string user, string password)
    {
        await using var bench = new SimBench();
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");
        await console.SendAsync(SimConsole.Login(4, user, "", "", "/RedirectionService", "", "", "", ""));

        await console.SendAsync(SimConsole.Proof(await console.ChallengeAsync(), user, password));

        await console.ExpectAsync("14 01 00 00 04 00 00 00 00");
        await console.ExpectEndAsync();
    }

    [Fact]
    public async Task Nonce_of_another_connection_proves_nothing()
    {
        await using var bench = new SimBench();
        SimConsole first = bench.Connect(), second = bench.Connect();
        await first.StartAsync("SOL ");
        await second.StartAsync("KVMR");
        byte[] challenge = SimConsole.Login(4, "admin", "", "", "/RedirectionService", "", "", "", "");
        await first.SendAsync(challenge);
        await second.SendAsync(challenge);
        await second.ChallengeAsync();

        await second.SendAsync(SimConsole.Proof(await first.ChallengeAsync(), "admin", SimBench.Password));

        await second.ExpectAsync("14 01 00 00 04 00 00 00 00");
    }

    [Fact]
    public async Task Second_session_of_a_kind_is_told_that_the_first_is_busy_until_that_ends()
    {
        await using var bench = new SimBench();
        SimConsole first = await bench.LoginAsync("SOL "), second = bench.Connect();

        await second.SendAsync("10 00 00 00 53 4F 4C 20");

        await second.ExpectAsync("11 02 00 00");
        await second.ExpectEndAsync();
        await bench.LoginAsync("IDER");
        await first.HangUpAsync();
        await bench.LoginAsync("SOL ");
    }

    [Fact]
    public async Task Service_nobody_knows_is_refused()
    {
        await using var bench = new SimBench();
        SimConsole console = bench.Connect();

        await console.SendAsync("10 00 00 00 41 42 43 44");

        await console.ExpectAsync("11 01 00 00");
        await console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("SOL ")]
    [InlineData("IDER")]
    [InlineData("KVMR")]
    public async Task Service_that_is_disabled_is_refused(string service)
    {
        await using var bench = new SimBench();
        bench.State.SolEnabled = bench.State.IderEnabled = bench.State.KvmEnabled = false;
        SimConsole console = bench.Connect();

        await console.SendAsync([0x10, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(service)]);

        await console.ExpectAsync("11 03 00 00");
        await console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("SOL ", 0)]
    [InlineData("IDER", 5)]
    [InlineData("KVMR", 5)]
    public async Task In_client_control_mode_somebody_has_to_agree(string service, byte status)
    {
        await using var bench = new SimBench();
        bench.State.AdminControl = false;
        SimConsole console = bench.Connect();

        await console.SendAsync([0x10, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(service)]);

        Assert.Equal([0x11, status], await console.ReadAsync(2));
    }

    [Fact]
    public async Task Console_that_says_nothing_is_let_go()
    {
        await using var bench = new SimBench();
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");

        bench.Time.Advance(TimeSpan.FromSeconds(30));

        await console.ExpectEndAsync();
        Assert.Empty(bench.State.Sessions);
    }

    [Fact]
    public async Task Answer_of_the_login_stands_alone_for_a_moment()
    {
        await using var bench = new SimBench("8", passesAtOnce: TimeSpan.Zero);
        SimConsole console = bench.Connect();
        await console.StartAsync("SOL ");
        await console.SendAsync(SimConsole.Login(1, "admin", SimBench.Password));
        await console.SendAsync("20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00");
        bench.Host.Say("lost, for the session is not open yet"u8);
        await bench.Host.SaidAsync();

        foreach (int bytes in new[] { 9, 23, 10 }) // 0x14, 0x21, 0x29
        {
            await console.ReadAsync(bytes);
            await bench.Time.TimerAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal(bytes, console.FirmwareWrites.Last().Length);
            bench.Time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public async Task Whole_session_may_come_in_pieces_of_one_byte()
    {
        await using var bench = new SimBench("12", new AmtFaults { WritePieceBytes = 1 });
        SimConsole console = await bench.LoginAsync("SOL ");
        foreach (byte b in SimConsole.Hex("20 00 00 00 00 00 00 00 E8 03 64 00 00 00 10 27 00 00 88 13 00 00 00 00")) await console.SendAsync([b]);

        await console.ReadAsync(23);
        await console.ExpectAsync("29 00 00 00 .. .. .. .. 03 04");

        Assert.All(console.FirmwareWrites, write => Assert.Single(write));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Session_may_drop_at_a_reset(bool switched)
    {
        await using var bench = new SimBench("12", new AmtFaults { SessionsDropAtReset = true });
        SimConsole console = await bench.LoginAsync("SOL ");
        await bench.Time.TimerAsync(TimeSpan.FromMilliseconds(100));

        if (switched) bench.Host.Switch(false);
        else lock (bench.State.Lock) bench.State.PowerRequests++;
        bench.Time.Advance(TimeSpan.FromMilliseconds(100));

        await console.ExpectEndAsync();
    }
}
