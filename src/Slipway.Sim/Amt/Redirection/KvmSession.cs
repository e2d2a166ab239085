using System.Buffers;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>One console at the PC's display: the firmware's own RFB to the one side, a viewer's to the other.</summary>
internal sealed class KvmSession(MessageStream console, FirmwareState state, ISimulatedHost host)
{
    /// <summary>type 1, seven bytes of no known meaning; both ways.</summary>
    private const int OpenBytes = 8;

    private const byte Open = 0x40, OpenReply = 0x41;

    /// <summary>Screens go through in pieces of that size.</summary>
    private const int CopyBytes = 16 * 1024;

    /// <summary>A session of the redirection ports, after its login.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await console.ReadMessageAsync(MeasureOpen, ct) is not { } open || open[0] != Open) return;
        byte[] reply = [OpenReply, .. new byte[OpenBytes - 1]];
        await console.WriteAsync(reply, ct);
        await RunRfbAsync(null, ct);
    }

    /// <summary>RFB from its first byte. Ends at once when the PC has no display.</summary>
    /// <param name="password">Asked for unless null.</param>
    public async Task RunRfbAsync(string? password, CancellationToken ct)
    {
        await using Stream? screen = await host.OpenDisplayAsync(ct);
        if (screen is null) return;
        var display = new MessageStream(screen, null);
        if (await RfbHandshake.OpenAsync(display, ct) is not { } size) return;
        if (!await RfbHandshake.GreetAsync(console, state.Profile.RfbVersion, password, size, ct)) return;
        await Conversation.RunAsync(ct, stop => ShowAsync(display, stop), stop => TypeAsync(display, stop));
    }

    private async Task ShowAsync(MessageStream display, CancellationToken ct)
    {
        var buffer = new byte[CopyBytes];
        while (await display.ReadAsync(buffer, ct) is > 0 and int count) await console.WriteAsync(buffer.AsMemory(0, count), ct);
    }

    private async Task TypeAsync(MessageStream display, CancellationToken ct)
    {
        while (await console.ReadMessageAsync(RfbMessages.Measure, ct) is { } message)
        {
            switch ((RfbMessage)message[0])
            {
                case RfbMessage.SetPixelFormat when !RfbMessages.IsShowable(message, state.Profile.GreyPixelFormats):
                    return;
                case RfbMessage.SetEncodings:
                    message = RfbMessages.Filter(message);
                    break;
            }
            await display.WriteAsync(message, ct);
        }
    }

    private static OperationStatus MeasureOpen(ReadOnlySpan<byte> received, out int length)
    {
        length = received.IsEmpty || received[0] == Open ? OpenBytes : SessionMessages.EndBytes;
        if (!received.IsEmpty && received[0] is not (Open or (byte)SessionMessage.EndRedirectionSession)) return OperationStatus.InvalidData;
        return received.Length < length ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }
}
