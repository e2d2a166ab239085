using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Hosts;

/// <summary>One client of the NBD server: negotiation, then reads, one after the other.</summary>
internal sealed class NbdSession(Stream stream, IRedirectedMedium medium, TimeProvider time)
{
    /// <summary>How long the console may take for one read; then the client gets an I/O error.</summary>
    /// <remarks>QEMU waits for reads under way before it resets or stops: a console that hangs must not hang the PC's power switch.</remarks>
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(15);

    private readonly byte[] _buffer = new byte[NbdOption.HeaderBytes + NbdOption.MaxDataBytes];
    private int _have;
    private bool _withoutZeroes;

    private ulong SizeBytes => (ulong)medium.Blocks * (ulong)medium.BlockBytes;

    private static NbdTransmissionFlags Flags => NbdTransmissionFlags.HasFlags | NbdTransmissionFlags.ReadOnly | NbdTransmissionFlags.CanMultiConn;

    /// <summary>Returns when the client left or said something that is not NBD.</summary>
    /// <exception cref="IOException">The stream broke.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        byte[] greeting = new byte[Nbd.GreetingBytes];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, Nbd.Greeting);
        BinaryPrimitives.WriteUInt64BigEndian(greeting.AsSpan(8), Nbd.OptionMagic);
        BinaryPrimitives.WriteUInt16BigEndian(greeting.AsSpan(16), (ushort)(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes));
        await stream.WriteAsync(greeting, ct);

        while (_have < Nbd.ClientFlagsBytes)
        {
            if (!await FillAsync(ct)) return;
        }
        uint clientFlags = BinaryPrimitives.ReadUInt32BigEndian(_buffer);
        Consume(Nbd.ClientFlagsBytes);
        // Flags that were not offered end the session (proto.md, "Newstyle negotiation").
        if ((clientFlags & ~(uint)(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes)) != 0) return;
        _withoutZeroes = (clientFlags & (uint)NbdHandshakeFlags.NoZeroes) != 0;

        if (await NegotiateAsync(ct)) await TransmitAsync(ct);
    }

    /// <returns>True: the client goes on to read.</returns>
    private async Task<bool> NegotiateAsync(CancellationToken ct)
    {
        while (true)
        {
            OperationStatus status = NbdOption.TryRead(_buffer.AsMemory(0, _have), out NbdOption option, out int length);
            if (status == OperationStatus.InvalidData) return false;
            if (status == OperationStatus.NeedMoreData)
            {
                if (!await FillAsync(ct)) return false;
                continue;
            }
            bool hasName = option.TryReadName(out ReadOnlyMemory<byte> name);
            switch (option.Code)
            {
                case NbdOptionCode.ExportName when option.Data.IsEmpty:
                    await stream.WriteAsync(ExportNameAnswer(), ct);
                    Consume(length);
                    return true;
                case NbdOptionCode.ExportName:
                    // This option has no answer for "there is no such export": the session ends (proto.md).
                    return false;
                case NbdOptionCode.Abort:
                    await ReplyAsync(option.Code, NbdOptionReply.Ack, [], ct);
                    return false;
                case NbdOptionCode.Info or NbdOptionCode.Go when !hasName:
                    await ReplyAsync(option.Code, NbdOptionReply.Invalid, [], ct);
                    break;
                case NbdOptionCode.Info or NbdOptionCode.Go when !name.IsEmpty:
                    await ReplyAsync(option.Code, NbdOptionReply.Unknown, [], ct);
                    break;
                case NbdOptionCode.Info or NbdOptionCode.Go:
                    await ReplyAsync(option.Code, NbdOptionReply.Info, ExportInfo(), ct);
                    await ReplyAsync(option.Code, NbdOptionReply.Info, BlockSizeInfo(), ct);
                    await ReplyAsync(option.Code, NbdOptionReply.Ack, [], ct);
                    if (option.Code == NbdOptionCode.Info) break;
                    Consume(length);
                    return true;
                default:
                    await ReplyAsync(option.Code, NbdOptionReply.Unsupported, [], ct);
                    break;
            }
            Consume(length);
        }
    }

    private async Task TransmitAsync(CancellationToken ct)
    {
        while (true)
        {
            OperationStatus status = NbdRequest.TryRead(_buffer.AsSpan(0, _have), out NbdRequest request);
            if (status == OperationStatus.InvalidData) return;
            if (status == OperationStatus.NeedMoreData)
            {
                if (!await FillAsync(ct)) return;
                continue;
            }
            Consume(NbdRequest.Bytes);
            switch (request.Command)
            {
                case NbdCommand.Read:
                    await ReadAsync(request, ct);
                    break;
                case NbdCommand.Disconnect:
                    return;
                case NbdCommand.Write:
                    // Its data is on the way whether we like it or not.
                    if (!await SkipAsync(request.Length, ct)) return;
                    await AnswerAsync(request, NbdError.NotPermitted, ct);
                    break;
                default:
                    await AnswerAsync(request, NbdError.Invalid, ct);
                    break;
            }
        }
    }

    private async Task ReadAsync(NbdRequest request, CancellationToken ct)
    {
        if (request.Length is 0 or > Nbd.MaxRequestBytes || request.Offset > SizeBytes || request.Length > SizeBytes - request.Offset)
        {
            await AnswerAsync(request, NbdError.Invalid, ct);
            return;
        }
        // Whole blocks around what is asked for; the answer's header takes its place before the first byte asked for.
        long first = (long)(request.Offset / (ulong)medium.BlockBytes);
        long end = (long)((request.Offset + request.Length + (ulong)medium.BlockBytes - 1) / (ulong)medium.BlockBytes);
        int skip = (int)(request.Offset - (ulong)first * (ulong)medium.BlockBytes);
        int blocksBytes = (int)(end - first) * medium.BlockBytes;
        byte[] answer = ArrayPool<byte>.Shared.Rent(ReplyBytes + blocksBytes);
        try
        {
            using var deadline = new CancellationTokenSource(ReadDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            await medium.ReadAsync(first, answer.AsMemory(ReplyBytes, blocksBytes), either.Token).WaitAsync(either.Token);
            WriteReply(answer.AsSpan(skip), request, NbdError.None);
            await stream.WriteAsync(answer.AsMemory(skip, ReplyBytes + (int)request.Length), ct);
            ArrayPool<byte>.Shared.Return(answer);
        }
        catch (Exception e) when ((e is IOException || (e is OperationCanceledException && !ct.IsCancellationRequested)) && stream.CanWrite)
        {
            // The buffer is not given back: the medium may still be writing to it.
            await AnswerAsync(request, NbdError.Io, ct);
        }
    }

    private const int ReplyBytes = 4 + 4 + 8;

    private static void WriteReply(Span<byte> to, NbdRequest request, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Nbd.SimpleReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], request.Cookie);
    }

    private async Task AnswerAsync(NbdRequest request, NbdError error, CancellationToken ct)
    {
        byte[] reply = new byte[ReplyBytes];
        WriteReply(reply, request, error);
        await stream.WriteAsync(reply, ct);
    }

    private async Task ReplyAsync(NbdOptionCode option, NbdOptionReply type, byte[] data, CancellationToken ct)
    {
        byte[] reply = new byte[8 + 4 + 4 + 4 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(reply, Nbd.OptionReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(12), (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(16), (uint)data.Length);
        data.CopyTo(reply, 20);
        await stream.WriteAsync(reply, ct);
    }

    private byte[] ExportNameAnswer()
    {
        byte[] answer = new byte[8 + 2 + (_withoutZeroes ? 0 : Nbd.ExportNameZeroes)];
        BinaryPrimitives.WriteUInt64BigEndian(answer, SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(8), (ushort)Flags);
        return answer;
    }

    private byte[] ExportInfo()
    {
        byte[] info = new byte[2 + 8 + 2];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)NbdInfo.Export);
        BinaryPrimitives.WriteUInt64BigEndian(info.AsSpan(2), SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(info.AsSpan(10), (ushort)Flags);
        return info;
    }

    private byte[] BlockSizeInfo()
    {
        // Minimum 1: what is not whole blocks is cut here. Preferred: at least a page, a power of two.
        byte[] info = new byte[2 + 4 + 4 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)NbdInfo.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(6), (uint)Math.Max(4096, medium.BlockBytes));
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(10), Nbd.MaxRequestBytes);
        return info;
    }

    private async Task<bool> SkipAsync(uint bytes, CancellationToken ct)
    {
        while (bytes > 0)
        {
            if (_have == 0 && !await FillAsync(ct)) return false;
            int skipped = (int)Math.Min(bytes, (uint)_have);
            Consume(skipped);
            bytes -= (uint)skipped;
        }
        return true;
    }

    private async Task<bool> FillAsync(CancellationToken ct)
    {
        int read = await stream.ReadAsync(_buffer.AsMemory(_have), ct);
        _have += read;
        return read > 0;
    }

    private void Consume(int bytes)
    {
        _buffer.AsSpan(bytes, _have - bytes).CopyTo(_buffer);
        _have -= bytes;
    }
}
