using Slipway.Netboot.Sockets;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Slipway.Netboot.Tftp;

/// <summary>Serves boot files over TFTP. One thread reads requests; each transfer has a socket and a thread of its own.</summary>
/// <remarks>
/// Blocking calls on threads move datagrams as fast as C does, where asynchronous ones lose 14 to 50 %. It also keeps network namespaces
/// simple: a thread is born in the namespace of the thread that starts it, so every socket here lives where <see cref="Start"/> was called.
/// </remarks>
public sealed class TftpServer : IAsyncDisposable
{
    /// <summary>512 machines that ask in the same millisecond overflow the default buffer.</summary>
    private const int ReceiveBufferBytes = 4 * 1024 * 1024;

    private const int TransferStackBytes = 256 * 1024;

    private const int LargestRequestBytes = 4096;

    private readonly TftpServerOptions _options;
    private readonly IBootAuthority _authority;
    private readonly FactOutlet _facts;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, TftpConversation> _conversations = [];
    private readonly HashSet<TftpConversation> _running = [];
    private readonly TaskCompletionSource _listenerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _reply = new byte[TftpPacketWriter.MaxControlBytes];
    private Socket? _socket;
    private volatile bool _stopping;

    public TftpServer(TftpServerOptions options, IBootAuthority authority, ChannelWriter<NetbootFact> facts, TimeProvider time) =>
        (_options, _authority, _facts, _time) = (options, authority, new FactOutlet(facts), time);

    /// <summary>The port that is listened on; 0 before <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Facts lost because their channel was full.</summary>
    public long DroppedFacts => _facts.Dropped;

    /// <summary>Transfers under way.</summary>
    public int Transfers
    {
        get
        {
            lock (_gate) return _running.Count;
        }
    }

    /// <summary>Binds on the calling thread, in its network namespace, and begins to answer.</summary>
    /// <exception cref="NetbootException">The port cannot be had.</exception>
    public void Start()
    {
        _socket = ListeningSocket.Bind(
            ProtocolType.Udp, new IPEndPoint(_options.Address, _options.Port), _options.Interface, "SLP2101", "TFTP");
        _socket.ReceiveBufferSize = ReceiveBufferBytes;
        // The address a request was sent to is the address to answer from.
        SocketOptionLevel level = _socket.AddressFamily == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6;
        _socket.SetSocketOption(level, SocketOptionName.PacketInformation, true);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        new Thread(Listen) { Name = "tftp", IsBackground = true }.Start();
    }

    /// <summary>Stops listening, ends every transfer with an ERROR and waits for their threads.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_socket is null || _stopping) return;
        _stopping = true;
        _socket.Dispose();
        await _listenerEnded.Task;

        TftpConversation[] running;
        lock (_gate) running = [.. _running];
        foreach (TftpConversation conversation in running) conversation.Stop("the server stops");
        await Task.WhenAll(running.Select(c => c.Ended));
    }

    private void Listen()
    {
        byte[] buffer = new byte[LargestRequestBytes];
        EndPoint any = new IPEndPoint(_socket!.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stopping)
        {
            try
            {
                EndPoint from = any;
                SocketFlags flags = SocketFlags.None;
                int length = _socket.ReceiveMessageFrom(buffer, ref flags, ref from, out IPPacketInformation information);
                OnDatagram(buffer.AsSpan(0, length), (IPEndPoint)from, information.Address);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // On a stop the socket is closed under us; otherwise an ICMP error of an earlier answer, which concerns no one here.
            }
        }
        _listenerEnded.SetResult();
    }

    private void OnDatagram(ReadOnlySpan<byte> datagram, IPEndPoint client, IPAddress local)
    {
        // RFC 1123 §4.2.3.4: a request to everybody is answered by nobody.
        if (local.Equals(IPAddress.Broadcast) || local.IsIPv6Multicast) return;

        if (!TftpPacket.TryRead(datagram, out TftpPacket packet, out TftpDefect defect)
            || !TftpRequest.TryRead(packet, out TftpRequest? request, out defect))
        {
            _facts.Put(new BadPacketSeen(_time.GetTimestamp(), "TFTP", client, defect.ToString()));
            if (packet.Opcode is TftpOpcode.ReadRequest or TftpOpcode.WriteRequest)
                Reply(client, TftpErrorCode.IllegalOperation, $"unreadable request: {defect}");
            else if (packet.Opcode is TftpOpcode.Data or TftpOpcode.Acknowledgement or TftpOpcode.OptionAcknowledgement)
                Reply(client, TftpErrorCode.UnknownTransferId, "no transfer on this port");
            return;
        }

        BootPath.TryNormalise(request!.Name, out string name); // an empty name is refused where the facts are made
        var file = new FileRequest(name, request.Name, client.Address, local, IsHttp: false);
        var conversation = new TftpConversation(request, file, client, _options, _authority, _facts, _time);
        if (!TryAdmit(conversation, client, out bool isBusy))
        {
            if (!isBusy) return;
            Reply(client, TftpErrorCode.Undefined, "server busy");
            _facts.Put(new FileNotSent(
                _time.GetTimestamp(), file, "", $"server busy: {_options.MaxTransfers} transfers are under way", false, 0));
            return;
        }
        new Thread(() => Converse(conversation, client), TransferStackBytes) { Name = "tftp transfer", IsBackground = true }.Start();
    }

    /// <returns>False when this is a repeat of a request under way, or when there is no room (<paramref name="isBusy"/>).</returns>
    private bool TryAdmit(TftpConversation conversation, IPEndPoint client, out bool isBusy)
    {
        isBusy = false;
        lock (_gate)
        {
            if (_conversations.TryGetValue(client, out TftpConversation? earlier) && earlier.Name == conversation.Name)
            {
                if (earlier.TryRepeat()) return false;
                earlier.Abandon("the client started over");
            }
            isBusy = _running.Count >= _options.MaxTransfers;
            if (isBusy) return false;
            foreach (TftpConversation other in _running)
                if (other.Client.Equals(conversation.Client)) other.OnNewerRequest();
            _conversations[client] = conversation;
            _running.Add(conversation);
            return true;
        }
    }

    private void Converse(TftpConversation conversation, IPEndPoint client)
    {
        using (conversation) conversation.Run();
        lock (_gate)
        {
            _running.Remove(conversation);
            if (_conversations.TryGetValue(client, out TftpConversation? latest) && latest == conversation) _conversations.Remove(client);
        }
    }

    private void Reply(IPEndPoint client, TftpErrorCode code, string message)
    {
        try
        {
            _socket!.SendTo(_reply.AsSpan(0, TftpPacketWriter.WriteError(_reply, code, message)), SocketFlags.None, client);
        }
        catch (SocketException)
        {
            // A courtesy; the client's own time-out says the same.
        }
    }
}
