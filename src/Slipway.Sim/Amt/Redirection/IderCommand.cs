using System.Buffers.Binary;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>How a command ended: its data, or the sense.</summary>
/// <param name="Sense">Null on success.</param>
internal sealed record IderAnswer(ReadOnlyMemory<byte> Data, IderSense? Sense);

/// <summary>A command the console has been given, while its answer comes in. Fed by the session's reader only.</summary>
/// <param name="capacity">More data than that is a violation.</param>
internal sealed class IderCommand(IderDevice device, int capacity)
{
    private readonly TaskCompletionSource<IderAnswer?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _data = new byte[capacity];
    private int _count;

    /// <summary>Ends with the answer, with null when a reset made the command void, or with an IOException.</summary>
    public Task<IderAnswer?> Completion => _answer.Task;

    /// <summary>Takes a whole CommandEnd or DataToHost; false when it does not fit this command.</summary>
    public bool Take(ReadOnlySpan<byte> message)
    {
        if (message[0] == (byte)IderMessage.CommandEnd)
        {
            if (!IderMessages.TryReadEnd(message, out IderSense? sense) || (sense is null && _count > 0)) return false;
            _answer.TrySetResult(new IderAnswer(default, sense));
            return true;
        }
        if (!IderMessages.TryReadData(message, device, out ReadOnlySpan<byte> data, out bool last) || data.Length > capacity - _count) return false;
        data.CopyTo(_data.AsSpan(_count));
        _count += data.Length;
        if (last) _answer.TrySetResult(new IderAnswer(_data.AsMemory(0, _count), null));
        return true;
    }

    /// <summary>The PC was reset; the command is to be asked again.</summary>
    public void Abandon() => _answer.TrySetResult(null);

    public void Fail(IOException why) => _answer.TrySetException(why);
}

/// <summary>The SCSI commands a PC's drive sends; integers are big endian.</summary>
internal static class ScsiCommand
{
    /// <summary>Last block 4, block size 4.</summary>
    public const int CapacityBytes = 8;

    /// <summary>Header 4, one track and the lead-out of 8 each.</summary>
    public const int TocBytes = 20;

    private const int BlockBytes = 12;
    private const byte TestUnitReadyCode = 0x00, ReadCapacityCode = 0x25, Read10Code = 0x28, ReadTocCode = 0x43;

    public static byte[] TestUnitReady() => Block(TestUnitReadyCode);

    public static byte[] ReadCapacity() => Block(ReadCapacityCode);

    /// <summary>Format 0, in blocks.</summary>
    public static byte[] ReadToc()
    {
        byte[] block = Block(ReadTocCode);
        BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(7), TocBytes);
        return block;
    }

    public static byte[] Read10(uint first, ushort count)
    {
        byte[] block = Block(Read10Code);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(2), first);
        BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(7), count);
        return block;
    }

    private static byte[] Block(byte code)
    {
        var block = new byte[BlockBytes];
        block[0] = code;
        return block;
    }
}
