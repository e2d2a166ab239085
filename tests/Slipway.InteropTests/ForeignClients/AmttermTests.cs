using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Slipway.InteropTests.Network;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>Debian's amtterm (release 1.4, method 1 without a query) against the simulated firmware: the proof that what the simulator speaks is serial over LAN.</summary>
public sealed class AmttermTests : IAsyncDisposable
{
    private const int Megabyte = 1 << 20;
    private const string Password = "Sl1pway!Lab";

    /// <summary>Ctrl-], with which amtterm ends.</summary>
    private const byte Escape = 0x1D;

    /// <summary>What amtterm and the terminal it leaves half cooked do not pass on from a keyboard: line feed, which becomes CR, XON, XOFF and the escape.</summary>
    private static readonly byte[] s_taken = [0x0A, 0x11, 0x13, Escape];

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-amtterm-");
    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly FirmwareState _state = new(AmtProfile.Find("8")!, new AmtFaults(), Password, TimeProvider.System);
    private readonly TalkingPc _pc = new();
    private readonly SimRedirection _redirection;
    private readonly Task _served;
    private Process? _amtterm;

    public AmttermTests()
    {
        _redirection = new SimRedirection(_state, _pc);
        _listener.Start();
        _served = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _amtterm?.Kill(entireProcessTree: true);
        _amtterm?.Dispose();
        _listener.Stop();
        await _redirection.DisposeAsync();
        await _served;
        _deadline.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_megabyte_each_way_at_the_same_time_arrives_byte_by_byte()
    {
        byte[] said = Random(1), typed = [.. Random(2).Select(b => s_taken.Contains(b) ? (byte)' ' : b)];
        Start(Password);
        // Said earlier, it would be lost.
        await FileAsync(Messages, bytes => Encoding.ASCII.GetString(bytes).Contains("RUN_SOL", StringComparison.Ordinal));

        for (int at = 0; at < said.Length; at += 1000) _pc.Say(said[at..Math.Min(at + 1000, said.Length)]);
        Stream keyboard = _amtterm!.StandardInput.BaseStream;
        await keyboard.WriteAsync(typed, _deadline.Token);
        await keyboard.FlushAsync(_deadline.Token);
        byte[] heard = await _pc.HearAsync(typed.Length, _deadline.Token);
        Assert.True(typed.AsSpan().SequenceEqual(heard), Difference(typed, heard));
        byte[] printed = await FileAsync(Printed, bytes => bytes.Length >= said.Length);
        Assert.True(said.AsSpan().SequenceEqual(printed), Difference(said, printed));
        await keyboard.WriteAsync(new[] { Escape }, _deadline.Token);
        await keyboard.FlushAsync(_deadline.Token);
        await _amtterm.WaitForExitAsync(_deadline.Token);
    }

    [Fact]
    public async Task Wrong_password_is_refused()
    {
        Start("wrong");

        await _amtterm!.WaitForExitAsync(_deadline.Token);

        Assert.Contains("fail", File.ReadAllText(Messages), StringComparison.OrdinalIgnoreCase);
    }

    private string Printed => Path.Combine(_directory.FullName, "printed");

    private string Messages => Path.Combine(_directory.FullName, "messages");

    // It wants a terminal for its keyboard, and takes the password from the environment.
    private void Start(string password)
    {
        string amtterm = ForeignProgram.Require("amtterm", "amtterm");
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        var start = new ProcessStartInfo(ForeignProgram.Require("script", "bsdutils"), ["-qec", $"{amtterm} 127.0.0.1 {port} > {Printed} 2> {Messages}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["AMT_PASSWORD"] = password },
        };
        _amtterm = Process.Start(start)!;
    }

    private async Task<byte[]> FileAsync(string path, Func<byte[], bool> isEnough)
    {
        // A file has no end to wait for.
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            byte[] bytes = File.Exists(path) ? await File.ReadAllBytesAsync(path, _deadline.Token) : [];
            if (isEnough(bytes)) return bytes;
            if (_amtterm!.HasExited || _deadline.IsCancellationRequested) Assert.Fail($"{path} has {bytes.Length} bytes, amtterm said: {File.ReadAllText(Messages)}");
            await look.WaitForNextTickAsync();
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                await _redirection.ServeAsync(client.GetStream(), _deadline.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] Random(int seed)
    {
        var bytes = new byte[Megabyte];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Difference(byte[] expected, byte[] actual)
    {
        int at = expected.AsSpan().CommonPrefixLength(actual);
        return $"{actual.Length} of {expected.Length} bytes, the first difference at {at}.";
    }

    /// <summary>A PC that is on and has nothing but a UART.</summary>
    private sealed class TalkingPc : ISimulatedHost
    {
        private readonly Channel<byte[]> _says = Channel.CreateUnbounded<byte[]>();
        private readonly Channel<byte[]> _hears = Channel.CreateUnbounded<byte[]>();

        public event Action? PowerChanged
        {
            add { }
            remove { }
        }

        public bool IsOn => true;

        public void Say(byte[] bytes) => _says.Writer.TryWrite(bytes);

        public async Task<byte[]> HearAsync(int count, CancellationToken ct)
        {
            var heard = new List<byte>(count);
            try
            {
                while (heard.Count < count) heard.AddRange(await _hears.Reader.ReadAsync(ct));
            }
            catch (OperationCanceledException)
            {
                // What there is tells more than that time is up.
            }
            return [.. heard];
        }

        public async ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct)
        {
            byte[] bytes = await _says.Reader.ReadAsync(ct);
            bytes.CopyTo(buffer);
            return bytes.Length;
        }

        public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
        {
            _hears.Writer.TryWrite(bytes.ToArray());
            return default;
        }

        public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => throw new NotSupportedException();

        public Task PowerOffAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task ResetAsync(HostBootSource source, CancellationToken ct) => throw new NotSupportedException();

        public Task InterruptAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

        public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct) => Task.CompletedTask;

        public ValueTask DisposeAsync() => default;
    }
}
