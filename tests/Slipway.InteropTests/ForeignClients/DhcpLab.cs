using System.Net;
using System.Threading.Channels;
using Slipway.InteropTests.Network;
using Slipway.Netboot;
using Slipway.Netboot.Dhcp;
using Slipway.Netboot.Pxe;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>A real <see cref="DhcpServer"/> on the bridge <c>br0</c>, 10.77.0.1/24, of a namespace of its own.</summary>
internal sealed class DhcpLab : IAsyncDisposable, IBootAuthority
{
    private readonly Channel<NetbootFact> _facts = Channel.CreateUnbounded<NetbootFact>();
    private readonly Func<BootClient, string> _file;

    public DhcpLab(DhcpMode mode = DhcpMode.Full, Func<BootClient, string>? file = null)
    {
        _file = file ?? (_ => "");
        Network = new TestNamespace("dhcp");
        Network.AddBridge("br0", "10.77.0.1/24");
        Server = new DhcpServer(new DhcpServerOptions
        {
            Interface = "br0",
            ServerAddress = IPAddress.Parse("10.77.0.1"),
            Mode = mode,
            RangeFirst = IPAddress.Parse("10.77.0.100"),
            RangeLast = IPAddress.Parse("10.77.0.150"),
            Router = IPAddress.Parse("10.77.0.1"),
            Domain = "lab.example",
        }, this, _facts.Writer, TimeProvider.System);
        Network.Run(Server.Start);
    }

    public TestNamespace Network { get; }

    public DhcpServer Server { get; }

    /// <summary>A namespace whose <c>eth0</c> is plugged into the bridge.</summary>
    public TestNamespace Plug(string port)
    {
        var client = new TestNamespace("client");
        Network.AddVeth(port, client, "eth0");
        Network.Ip($"link set {port} master br0");
        return client;
    }

    /// <summary>Every fact so far that was not taken yet.</summary>
    public IReadOnlyList<NetbootFact> TakeFacts()
    {
        var taken = new List<NetbootFact>();
        while (_facts.Reader.TryRead(out NetbootFact? fact)) taken.Add(fact);
        return taken;
    }

    /// <summary>Waits for a fact of one kind; throws with everything seen when it does not come.</summary>
    public async Task<T> WaitFor<T>(Func<T, bool> match, TimeSpan deadline)
        where T : NetbootFact
    {
        var seen = new List<string>();
        using var end = new CancellationTokenSource(deadline);
        try
        {
            await foreach (NetbootFact fact in _facts.Reader.ReadAllAsync(end.Token))
            {
                if (fact is T wanted && match(wanted)) return wanted;
                seen.Add(fact.ToString());
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what was seen instead.
        }
        throw new TimeoutException($"no such {typeof(T).Name} within {deadline}; seen:\n{string.Join('\n', seen)}");
    }

    public BootAnswer Answer(BootClient client) => new BootAnswer.Serve("test", null, "nemo", _file(client));

    public FileAnswer Open(FileRequest request) => new FileAnswer.Refuse("no files here", Expected: false);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Network.Dispose();
    }
}
