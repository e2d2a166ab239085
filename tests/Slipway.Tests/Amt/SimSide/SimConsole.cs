using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.Tests.Amt.SimSide;

/// <summary>A firmware and what a test needs around it; connections are in memory and speak raw bytes.</summary>
internal sealed class SimBench : IAsyncDisposable
{
    public const string Password = "Sl1pway!Lab";

    public SimBench(string profile = "12", AmtFaults? faults = null, TimeSpan? passesAtOnce = null)
    {
        Time = new SteppedTime(passesAtOnce ?? TimeSpan.FromMilliseconds(100));
        State = new FirmwareState(AmtProfile.Find(profile)!, faults ?? new AmtFaults(), Password, Time);
        Redirection = new SimRedirection(State, Host);
    }

    public SteppedTime Time { get; }

    public FirmwareState State { get; }

    public ScriptedHost Host { get; } = new();

    public SimRedirection Redirection { get; }

    public SimConsole Connect() => Connect(Redirection.ServeAsync);

    public SimConsole ConnectRfb() => Connect(Redirection.ServeRfbAsync);

    /// <summary>A session of that service, logged in.</summary>
    public async Task<SimConsole> LoginAsync(string service)
    {
        SimConsole console = Connect();
        await console.StartAsync(service);
        await console.LoginAsync();
        return console;
    }

    public ValueTask DisposeAsync() => Redirection.DisposeAsync();

    private static SimConsole Connect(Func<Stream, CancellationToken, Task> serve)
    {
        (DuplexStream here, DuplexStream there) = DuplexStream.Pair();
        return new SimConsole(here, there, ServeAsync(serve, there));
    }

    private static async Task ServeAsync(Func<Stream, CancellationToken, Task> serve, DuplexStream connection)
    {
        await using (connection) await serve(connection, CancellationToken.None);
    }
}

/// <summary>The console's end of one connection.</summary>
internal sealed class SimConsole(DuplexStream stream, DuplexStream firmwareSide, Task served)
{
    /// <summary>Longer than any right answer takes; only a failing test waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What the firmware wrote, write by write.</summary>
    public IReadOnlyCollection<byte[]> FirmwareWrites => firmwareSide.Writes;

    public Stream Stream => stream;

    public Task SendAsync(string hex) => SendAsync(Hex(hex));

    public async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes);

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        using var patience = new CancellationTokenSource(Patience);
        await stream.ReadExactlyAsync(bytes, patience.Token);
        return bytes;
    }

    /// <summary>Reads as many bytes as <paramref name="hex"/> has and compares; <c>..</c> is any byte.</summary>
    public async Task ExpectAsync(string hex)
    {
        string[] expected = hex.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        byte[] bytes = await ReadAsync(expected.Length);
        string[] read = [.. bytes.Select((b, i) => expected[i] == ".." ? ".." : b.ToString("X2"))];
        Assert.Equal(string.Join(' ', expected), string.Join(' ', read));
    }

    /// <summary>Nothing more comes, and the firmware is done with the connection.</summary>
    public async Task ExpectEndAsync()
    {
        await served.WaitAsync(Patience);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    /// <summary>Hangs up and waits until the firmware is done with the connection.</summary>
    public async Task HangUpAsync()
    {
        await stream.DisposeAsync();
        await served.WaitAsync(Patience);
    }

    public async Task StartAsync(string service)
    {
        await SendAsync([0x10, 0, 0, 0, .. Encoding.ASCII.GetBytes(service)]);
        await ExpectAsync("11 00 00 00 01 00 .. .. 57 01 00 00 00");
    }

    /// <summary>Digest with qop, without a query.</summary>
    public async Task LoginAsync(string password = SimBench.Password)
    {
        await SendAsync(Login(4, "admin", "", "", "/RedirectionService", "", "", "", ""));
        string[] challenge = await ChallengeAsync();
        await SendAsync(Proof(challenge, "admin", password));
        await ExpectAsync("14 00 00 00 04 00 00 00 00");
    }

    public async Task<string[]> ChallengeAsync()
    {
        byte[] header = await ReadAsync(9);
        Assert.Equal(1, header[1]);
        byte[] data = await ReadAsync(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(5)));
        var strings = new List<string>();
        for (int at = 0; at < data.Length; at += 1 + data[at]) strings.Add(Encoding.ASCII.GetString(data, at + 1, data[at]));
        return [.. strings];
    }

    public static byte[] Proof(string[] challenge, string user, string password)
    {
        const string nc = "00000001", cnonce = "00112233445566778899aabbccddeeff";
        string secret = Md5($"{user}:{challenge[0]}:{password}");
        string response = Md5($"{secret}:{challenge[1]}:{nc}:{cnonce}:auth:{Md5("POST:/RedirectionService")}");
        return Login(4, user, challenge[0], challenge[1], "/RedirectionService", cnonce, nc, response, "auth");
    }

    public static byte[] Login(byte method, params string[] strings)
    {
        byte[] data = [.. strings.SelectMany(s => Encoding.ASCII.GetBytes(s).Prepend((byte)s.Length))];
        byte[] message = [0x13, 0, 0, 0, method, 0, 0, 0, 0, .. data];
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(5), data.Length);
        return message;
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The protocol knows no other.")]
    public static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(text)));
}
