using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Sim.Pxe;

/// <summary>What a software machine asks for.</summary>
public sealed record SimTftpRequest(string File)
{
    public string Mode { get; init; } = "octet";

    /// <summary>Value of <c>blksize</c>; null = not asked.</summary>
    public int? BlockSize { get; init; }

    /// <summary>Value of <c>windowsize</c>; null = not asked.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Value of <c>timeout</c> in seconds; null = not asked.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Ask for <c>tsize</c>.</summary>
    public bool AskSize { get; init; }

    /// <summary>End the transfer with error 8 once the OACK has told the size, as OVMF does.</summary>
    public bool SizeOnly { get; init; }

    /// <summary>Keep the last ACK to oneself, as some ROMs do.</summary>
    public bool SkipLastAcknowledgement { get; init; }
}

/// <summary>What came of it.</summary>
/// <param name="Bytes">The file; null when an ERROR came instead.</param>
/// <param name="Error">Text of the ERROR with its code in front, such as <c>1 no such file</c>; null when none came.</param>
/// <param name="Options">The OACK, names in lower case; empty when none came.</param>
public sealed record SimTftpResult(byte[]? Bytes, string? Error, IReadOnlyDictionary<string, string> Options, IPEndPoint? Server);

/// <summary>A TFTP client made of software (RFC 1350, 2347–2349, 7440). Shares no code with our server, so it shares no mistakes with it.</summary>
/// <param name="patience">How long to wait before the last packet is sent again.</param>
public sealed class SimTftpClient(IPEndPoint server, SimLink link, TimeSpan patience) : IDisposable
{
    private const int MaxSilences = 40;

    private readonly Socket _socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
    private readonly Random _dice = new(link.Seed);
    private readonly Queue<(byte[] Packet, EndPoint From)> _arrived = new();
    private (byte[] Packet, EndPoint From)? _late;

    /// <summary>Our port; the same for every request of this client.</summary>
    public int LocalPort => ((IPEndPoint?)_socket.LocalEndPoint)?.Port ?? 0;

    /// <summary>Fetches one file. Blocks.</summary>
    /// <exception cref="TimeoutException">The server fell silent.</exception>
    public SimTftpResult Get(SimTftpRequest request)
    {
        if (_socket.LocalEndPoint is null) _socket.Bind(new IPEndPoint(server.Address, 0));
        _socket.ReceiveTimeout = (int)patience.TotalMilliseconds;

        var file = new MemoryStream();
        var options = new Dictionary<string, string>();
        IPEndPoint? peer = null;
        byte[] last = Request(request);
        EndPoint to = server;
        int blockSize = 512, window = 1, sinceAcknowledgement = 0, silences = 0;
        bool toldGap = false;
        long expected = 1;
        SendOut(last, to);
        while (true)
        {
            if (Receive() is not { } came)
            {
                if (++silences > MaxSilences) throw new TimeoutException($"{server} fell silent at block {expected} of {request.File}");
                toldGap = false;
                sinceAcknowledgement = 0;
                SendOut(last, to);
                continue;
            }
            if (peer is not null && !came.From.Equals(peer)) continue; // the port of an earlier, duplicate request
            byte[] packet = came.Packet;
            ushort opcode = BinaryPrimitives.ReadUInt16BigEndian(packet);
            if (opcode == 5)
            {
                string text = Encoding.UTF8.GetString(packet.AsSpan(4)).TrimEnd('\0');
                return new SimTftpResult(null, $"{BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2))} {text}", options, (IPEndPoint)came.From);
            }
            peer ??= (IPEndPoint)came.From;
            to = peer;
            if (opcode == 6)
            {
                if (expected > 1) continue;
                options = ReadOptions(packet);
                if (options.TryGetValue("blksize", out string? b)) blockSize = int.Parse(b, CultureInfo.InvariantCulture);
                if (options.TryGetValue("windowsize", out string? w)) window = int.Parse(w, CultureInfo.InvariantCulture);
                if (request.SizeOnly)
                {
                    SendOut([0, 5, 0, 8, .. "User aborted the transfer"u8, 0], to);
                    return new SimTftpResult(null, null, options, peer);
                }
                last = Acknowledgement(0);
                SendOut(last, to);
                continue;
            }
            if (opcode != 3) continue;

            silences = 0;
            if (BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)) != (ushort)expected)
            {
                // RFC 7440 §4: say once where the row broke; the server goes on from there. One answer only: an answer to every
                // stray block would be the client's half of the Sorcerer's Apprentice.
                if (window > 1 && !toldGap)
                {
                    toldGap = true;
                    sinceAcknowledgement = 0;
                    last = Acknowledgement((ushort)(expected - 1));
                    SendOut(last, to);
                }
                continue;
            }
            toldGap = false;
            file.Write(packet.AsSpan(4));
            bool isLast = packet.Length - 4 < blockSize;
            if (isLast && request.SkipLastAcknowledgement) return new SimTftpResult(file.ToArray(), null, options, peer);
            if (++sinceAcknowledgement >= window || isLast)
            {
                sinceAcknowledgement = 0;
                last = Acknowledgement((ushort)expected);
                SendOut(last, to);
            }
            else
            {
                last = Acknowledgement((ushort)expected);
            }
            expected++;
            if (isLast) return new SimTftpResult(file.ToArray(), null, options, peer);
        }
    }

    /// <summary>Sends bytes of the test's own making from this client's port.</summary>
    public void SendRaw(byte[] packet, IPEndPoint to) => _socket.SendTo(packet, to);

    public void Dispose() => _socket.Dispose();

    private static byte[] Request(SimTftpRequest request)
    {
        var text = new StringBuilder($"\0\u0001{request.File}\0{request.Mode}\0");
        if (request.AskSize || request.SizeOnly) text.Append("tsize\00\0");
        if (request.BlockSize is { } b) text.Append(CultureInfo.InvariantCulture, $"blksize\0{b}\0");
        if (request.WindowSize is { } w) text.Append(CultureInfo.InvariantCulture, $"windowsize\0{w}\0");
        if (request.TimeoutSeconds is { } t) text.Append(CultureInfo.InvariantCulture, $"timeout\0{t}\0");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Acknowledgement(ushort block) => [0, 4, (byte)(block >> 8), (byte)block];

    private static Dictionary<string, string> ReadOptions(byte[] packet)
    {
        string[] parts = Encoding.UTF8.GetString(packet.AsSpan(2)).Split('\0');
        var options = new Dictionary<string, string>();
        for (int i = 0; i + 1 < parts.Length; i += 2) options[parts[i].ToLowerInvariant()] = parts[i + 1];
        return options;
    }

    private void SendOut(byte[] packet, EndPoint to)
    {
        if (_dice.NextDouble() < link.Loss) return;
        _socket.SendTo(packet, to);
        if (_dice.NextDouble() < link.Duplication) _socket.SendTo(packet, to);
    }

    /// <summary>The next packet that the cable lets through; null after a silence.</summary>
    private (byte[] Packet, EndPoint From)? Receive()
    {
        byte[] buffer = new byte[65536];
        while (_arrived.Count == 0)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, ref from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                (var held, _late) = (_late, null);
                return held;
            }
            if (_dice.NextDouble() < link.Loss) continue;

            var packet = (buffer[..length], from);
            if (_late is null && _dice.NextDouble() < link.Reordering)
            {
                _late = packet;
                continue;
            }
            _arrived.Enqueue(packet);
            if (_dice.NextDouble() < link.Duplication) _arrived.Enqueue(packet);
            if (_late is { } late) _arrived.Enqueue(late);
            _late = null;
        }
        return _arrived.Dequeue();
    }
}
