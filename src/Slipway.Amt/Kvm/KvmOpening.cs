using System.Buffers;

namespace Slipway.Amt.Kvm;

/// <summary>What opens the screen on the redirection port after the login: eight bytes each way, and from the next one on the connection speaks RFB.</summary>
internal static class KvmOpening
{
    /// <summary>Both messages, in bytes: the type and seven that mean nothing.</summary>
    public const int MessageBytes = 8;

    private const byte StartKvm = 0x40;
    private const byte StartKvmReply = 0x41;

    public static ReadOnlySpan<byte> Request => [StartKvm, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Reads the reply. The greeting of RFB may follow in the same bytes; it is not consumed.</summary>
    public static OperationStatus ReadReply(ReadOnlySpan<byte> source, out int consumed)
    {
        consumed = 0;
        if (source.IsEmpty) return OperationStatus.NeedMoreData;
        if (source[0] != StartKvmReply) return OperationStatus.InvalidData;
        if (source.Length < MessageBytes) return OperationStatus.NeedMoreData;
        consumed = MessageBytes;
        return OperationStatus.Done;
    }

    /// <summary>Sends the request and reads the reply, and not one byte more.</summary>
    /// <exception cref="AmtException">ScreenUnavailable when the firmware closes instead, BadAnswer when it says something else.</exception>
    public static async Task OpenAsync(Stream stream, CancellationToken ct)
    {
        var message = new byte[MessageBytes];
        int read;
        try
        {
            await stream.WriteAsync(Request.ToArray(), ct);
            await stream.FlushAsync(ct);
            read = await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, ct);
        }
        catch (IOException error)
        {
            throw RfbProblems.NoPicture(error);
        }

        switch (ReadReply(message.AsSpan(0, read), out _))
        {
            case OperationStatus.NeedMoreData:
                throw RfbProblems.NoPicture(null);
            case OperationStatus.InvalidData:
                throw new AmtException(AmtProblem.BadAnswer, $"the screen (KVM) could not be opened: the firmware answered with message 0x{message[0]:X2} where 0x{StartKvmReply:X2} belongs");
        }
    }
}
