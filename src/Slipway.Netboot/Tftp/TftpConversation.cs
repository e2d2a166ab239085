using Slipway.Netboot.Sockets;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Netboot.Tftp;

/// <summary>One client's request from its RRQ to its end: a socket, a thread and a <see cref="TftpTransfer"/>.</summary>
internal sealed class TftpConversation(
    TftpRequest request, FileRequest file, IPEndPoint client, TftpServerOptions options, IBootAuthority authority, FactOutlet facts,
    TimeProvider time) : IDisposable
{
    private const int ReceiveBytes = 2048;

    // The listener hands in repeats of the request on its own thread; everything else happens on Run's.
    private readonly Lock _gate = new();
    private readonly SocketAddress _peer = client.Serialize();
    private readonly byte[] _control = new byte[TftpPacketWriter.MaxControlBytes];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? _socket;
    private UdpSegmentation? _sender;
    private TftpTransfer? _transfer;
    private TftpTerms _terms = new();
    private ReadAhead? _content;
    private byte[] _blocks = [];
    private long _deadline;
    private long _lastHeard = time.GetTimestamp();
    private string? _stopReason;
    private string _clientError = "";

    public string Name => request.Name;

    public IPAddress Client => client.Address;

    /// <summary>Ends when <see cref="Run"/> has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Answers the request to its end. Called once, on a thread of its own in the server's network namespace. Throws nothing.</summary>
    public void Run()
    {
        long began = time.GetTimestamp();
        facts.Put(new FileRequested(began, file));
        string label = "";
        try
        {
            using Socket socket = OpenSocket();
            if (Refusal() is { } refusal)
            {
                NotSent(refusal, refusal.Code);
                return;
            }
            FileAnswer answer = authority.Open(file);
            if (answer is FileAnswer.Refuse refuse)
            {
                NotSent(new Refused(refuse.Reason, refuse.Expected, refuse.Label), TftpErrorCode.FileNotFound);
                return;
            }
            var send = (FileAnswer.Send)answer;
            label = send.Label;
            using BootContent content = request.Mode == TftpMode.NetAscii ? new NetAsciiContent(send.Content) : send.Content;
            Transfer(socket, content);
            facts.Put(Verdict(label, content, began));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A closed socket is how a stop arrives; anything else must reach the timeline, and must not end the process with this thread.
            string reason = _stopReason ?? $"{e.GetType().Name}: {e.Message}";
            SendError(TftpErrorCode.Undefined, _stopReason ?? "internal error");
            facts.Put(new FileNotSent(time.GetTimestamp(), file, label, reason, false, _transfer?.BytesAcknowledged ?? 0));
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>The client sent the same request from the same port again.</summary>
    /// <returns>False when it has started over, because it had taken blocks already and then fell silent: this conversation is over.</returns>
    public bool TryRepeat()
    {
        lock (_gate)
        {
            // A machine that was reset in the middle of a transfer comes back with the same port (Intel's ROM always uses 2070).
            // A copy of the first request that was only late comes while blocks still flow.
            if (_transfer is { HasProgressed: true }) return time.GetElapsedTime(_lastHeard) < options.FirstTimeout;
            if (_transfer is not null) Do(_transfer.OnRepeatedRequest());
            return true;
        }
    }

    /// <summary>The same machine asked for another file.</summary>
    public void OnNewerRequest()
    {
        lock (_gate) _transfer?.OnNewerRequest();
    }

    /// <summary>Ends the conversation with an ERROR to the client.</summary>
    public void Stop(string reason)
    {
        lock (_gate)
        {
            SendError(TftpErrorCode.Undefined, reason);
            Abandon(reason);
        }
    }

    /// <summary>Ends the conversation without a word: a client that has just asked again would take an ERROR for the answer.</summary>
    public void Abandon(string reason)
    {
        lock (_gate)
        {
            _stopReason ??= reason;
            _socket?.Dispose();
        }
    }

    public void Dispose() => _socket?.Dispose();

    private Socket OpenSocket()
    {
        lock (_gate)
        {
            if (_stopReason is not null) throw new OperationCanceledException(_stopReason);
            // Bound to the address that was asked: clients drop answers from another one. A port of its own is the transfer's id (RFC 1350 §4).
            _socket = new Socket(client.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (options.Interface is not null) InterfaceSocket.BindToDevice(_socket, options.Interface);
            _socket.Bind(new IPEndPoint(file.Local, 0));
            return _socket;
        }
    }

    private sealed record Refused(string Reason, bool Expected, string Label = "", TftpErrorCode Code = TftpErrorCode.FileNotFound);

    /// <summary>What is refused without asking the lab.</summary>
    private Refused? Refusal()
    {
        if (request.IsWrite) return new Refused("nothing may be written here", false, Code: TftpErrorCode.AccessViolation);
        if (request.Name.Length == 0) return new Refused("the file name is empty", true);
        // U-Boot asks for "dtb/" when it knows no device tree, and goes on.
        if (request.Name[^1] is '/' or '\\') return new Refused($"'{request.Name}' is a directory", true);
        return file.Name.Length == 0
            ? new Refused($"'{request.Name}' is no name of a file in the served tree", false, Code: TftpErrorCode.AccessViolation)
            : null;
    }

    private void NotSent(Refused refused, TftpErrorCode code)
    {
        SendError(code, refused.Reason);
        facts.Put(new FileNotSent(time.GetTimestamp(), file, refused.Label, refused.Reason, refused.Expected, 0));
    }

    private void Transfer(Socket socket, BootContent content)
    {
        lock (_gate)
        {
            _content = new ReadAhead(content);
            _terms = TftpTerms.Negotiate(request.Options, content.Length, options);
            int packetBytes = TftpPacketWriter.DataHeaderBytes + _terms.BlockSize;
            _sender = new UdpSegmentation(socket, packetBytes, _terms.WindowSize);
            _blocks = new byte[packetBytes * _sender.Segments];
            _transfer = new TftpTransfer(_terms, content.Length, options);
            if (!Do(_transfer.Begin())) return;
        }

        byte[] received = new byte[ReceiveBytes];
        var from = new SocketAddress(client.AddressFamily);
        int timeoutMilliseconds = 0;
        while (true)
        {
            int remaining = (int)Math.Ceiling(time.GetElapsedTime(time.GetTimestamp(), _deadline).TotalMilliseconds);
            if (remaining > 0 && remaining != timeoutMilliseconds) socket.ReceiveTimeout = timeoutMilliseconds = remaining;
            int length = remaining > 0 ? Receive(socket, received, from) : -1;
            lock (_gate)
            {
                // The deadline may have moved meanwhile: the listener resends for a repeated request.
                TftpStep step = length >= 0 ? Read(received.AsSpan(0, length), from)
                    : time.GetTimestamp() >= _deadline ? _transfer.OnTimeout()
                    : default;
                if (!Do(step)) return;
            }
        }
    }

    private static int Receive(Socket socket, Span<byte> buffer, SocketAddress from)
    {
        try
        {
            return socket.ReceiveFrom(buffer, SocketFlags.None, from);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return -1;
        }
    }

    private TftpStep Read(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (!TftpPacket.TryRead(datagram, out TftpPacket packet, out TftpDefect defect))
        {
            facts.Put(new BadPacketSeen(time.GetTimestamp(), "TFTP", client.Create(from), defect.ToString()));
            return default;
        }
        if (!from.Equals(_peer))
        {
            // An ERROR is never answered, or two servers could shout at each other for ever.
            if (packet.Opcode != TftpOpcode.Error) SendError(TftpErrorCode.UnknownTransferId, "unknown transfer id", from);
            return default;
        }
        switch (packet.Opcode)
        {
            case TftpOpcode.Acknowledgement:
                TftpStep step = _transfer!.OnAcknowledgement(packet.Number);
                if (step.Action != TftpAction.None) _lastHeard = time.GetTimestamp();
                return step;
            case TftpOpcode.Error:
                _clientError = $"the client ended the transfer: error {packet.Number} '{packet.Message}'";
                return _transfer!.OnError();
            default:
                return default;
        }
    }

    /// <returns>False when the transfer is over.</returns>
    private bool Do(TftpStep step)
    {
        switch (step.Action)
        {
            case TftpAction.SendOptions:
                _sender!.Send(_control.AsSpan(0, TftpPacketWriter.WriteOptionAcknowledgement(_control, _terms.Accepted)), _peer);
                break;
            case TftpAction.SendBlocks:
                SendBlocks(step.First, step.Last);
                break;
            case TftpAction.Finish:
                return false;
            default:
                return true;
        }
        _deadline = time.GetTimestamp() + (long)(_transfer!.Wait.TotalSeconds * time.TimestampFrequency);
        return true;
    }

    private void SendBlocks(long first, long last)
    {
        int atOnce = _blocks.Length / (TftpPacketWriter.DataHeaderBytes + _terms.BlockSize);
        int used = 0;
        for (long block = first; block <= last; block++)
        {
            Span<byte> packet = _blocks.AsSpan(used);
            used += TftpPacketWriter.WriteDataHeader(packet, (ushort)block);
            used += _content!.Read((block - 1) * _terms.BlockSize, packet.Slice(TftpPacketWriter.DataHeaderBytes, _terms.BlockSize));
            if (block < last && (block - first + 1) % atOnce != 0) continue;
            _sender!.Send(_blocks.AsSpan(0, used), _peer);
            used = 0;
        }
    }

    private void SendError(TftpErrorCode code, string message, SocketAddress? to = null)
    {
        try
        {
            _socket?.SendTo(_control.AsSpan(0, TftpPacketWriter.WriteError(_control, code, message)), SocketFlags.None, to ?? _peer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // An ERROR is a courtesy (RFC 1350 §7): the client's own time-out says the same.
        }
    }

    private NetbootFact Verdict(string label, BootContent content, long began)
    {
        TftpTransfer transfer = _transfer!;
        long now = time.GetTimestamp();
        if (transfer.State is TftpTransferState.Done or TftpTransferState.DoneUnacknowledged)
        {
            string words = request.Mode == TftpMode.NetAscii ? $"netascii {_terms.Words}".TrimEnd() : _terms.Words;
            return new FileTransferred(
                now, file, label, content.Length, time.GetElapsedTime(began, now), transfer.Retries, content.Sha256, words);
        }

        // BIOS ROMs and EDK II ask once for the size only, and end that with an ERROR after the OACK.
        (string reason, bool expected) = transfer switch
        {
            { State: TftpTransferState.EndedByClient } => (_clientError, !transfer.HasProgressed && _terms.Accepted.Count > 0),
            { EverythingSent: true, HasProgressed: true } => ("last block never acknowledged", true),
            { EverythingSent: true } when content.Length < _terms.BlockSize => ("last block never acknowledged", true),
            { HasProgressed: true } => ("the client fell silent", false),
            _ => ("the client never answered", false),
        };
        return new FileNotSent(now, file, label, reason, expected, transfer.BytesAcknowledged);
    }
}
