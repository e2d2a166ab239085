using System.Net;
using System.Net.Sockets;
using Slipway.InteropTests.Network;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>A foreign digest client against the simulated firmware's web port.</summary>
public sealed class AmtWebClientsTests : IAsyncLifetime, IDisposable
{
    private const string Password = "Sl1pway!Lab";

    private const string Get = """
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
          <s:Header><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><a:To>/wsman</a:To>
          <w:ResourceURI>http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings</w:ResourceURI><a:MessageID>1</a:MessageID></s:Header><s:Body/></s:Envelope>
        """;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    public Task InitializeAsync()
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData("8", false)]
    [InlineData("14", false)] // a list of qualities with a comma inside of the quotes
    [InlineData("14", true)]
    public void Curl_logs_in_and_gets_an_instance(string profile, bool chunked)
    {
        FirmwareState state = Serve(profile, new AmtFaults { Chunked = chunked, WritePieceBytes = chunked ? 11 : 0 });

        (int exit, string output) = Curl(Password, "-w", " HTTP %{http_code}");

        Assert.True(exit == 0, output);
        Assert.Contains($"<g:DigestRealm>{state.Realm}</g:DigestRealm>", output, StringComparison.Ordinal);
        Assert.EndsWith(" HTTP 200", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Curl_with_a_wrong_password_ends_with_401()
    {
        Serve("12", new AmtFaults());

        (int exit, string output) = Curl("wrong", "-w", " HTTP %{http_code}");

        Assert.True(exit == 0, output);
        Assert.EndsWith(" HTTP 401", output.TrimEnd(), StringComparison.Ordinal);
    }

    private (int Exit, string Output) Curl(string password, params string[] more) => ForeignProgram.Run(
        "curl",
        "curl",
        [
            "-sS", "--max-time", "30", "--digest", "-u", "admin:" + password, "-H", "Content-Type: application/soap+xml; charset=UTF-8",
            "--data-binary", Get, .. more, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/wsman",
        ]);

    private FirmwareState Serve(string profile, AmtFaults faults)
    {
        var state = new FirmwareState(AmtProfile.Find(profile)!, faults, Password, TimeProvider.System);
        _serving = AcceptAsync(state);
        return state;
    }

    private async Task AcceptAsync(FirmwareState state)
    {
        await using var host = new NoPc();
        await using var web = new SimWebService(state, host);
        try
        {
            while (true)
            {
                // One after the other is enough for one curl.
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await web.ServeAsync(client.GetStream(), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private sealed class NoPc : ISimulatedHost
    {
        public event Action? PowerChanged;

        public bool IsOn { get; private set; }

        public Task PowerOnAsync(HostBootSource source, CancellationToken ct) => Set(true);

        public Task PowerOffAsync(CancellationToken ct) => Set(false);

        public Task ResetAsync(HostBootSource source, CancellationToken ct) => Set(true);

        public Task InterruptAsync(CancellationToken ct) => Task.CompletedTask;

        public ValueTask<int> ReadSerialAsync(Memory<byte> buffer, CancellationToken ct) => ValueTask.FromResult(0);

        public ValueTask WriteSerialAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => ValueTask.CompletedTask;

        public Task<Stream?> OpenDisplayAsync(CancellationToken ct) => Task.FromResult<Stream?>(null);

        public Task SetCdAsync(IRedirectedMedium? medium, CancellationToken ct) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Task Set(bool on)
        {
            IsOn = on;
            PowerChanged?.Invoke();
            return Task.CompletedTask;
        }
    }
}
