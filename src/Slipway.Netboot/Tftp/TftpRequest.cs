namespace Slipway.Netboot.Tftp;

/// <summary>A read or write request. A copy: it outlives the receive buffer.</summary>
public sealed record TftpRequest(bool IsWrite, string Name, TftpMode Mode, IReadOnlyList<TftpOption> Options)
{
    /// <summary>More options than any RFC defines; the rest of a longer list is ignored.</summary>
    public const int MaxOptions = 16;

    /// <summary>Reads an RRQ or WRQ. The name may be empty; whether it may be served is not judged here.</summary>
    public static bool TryRead(in TftpPacket packet, out TftpRequest? request, out TftpDefect defect)
    {
        request = null;
        defect = TftpDefect.Unexpected;
        if (packet.Opcode is not (TftpOpcode.ReadRequest or TftpOpcode.WriteRequest)) return false;

        defect = TftpDefect.NotTerminated;
        ReadOnlySpan<byte> rest = packet.Rest;
        if (!TftpText.TryTake(ref rest, out ReadOnlySpan<byte> name)) return false;
        if (!TftpText.TryTake(ref rest, out ReadOnlySpan<byte> modeText)) return false;
        if (!TryReadMode(TftpText.Decode(modeText), out TftpMode mode))
        {
            defect = TftpDefect.UnknownMode;
            return false;
        }
        if (!TryReadOptions(rest, out List<TftpOption> options, out defect)) return false;
        request = new TftpRequest(packet.Opcode == TftpOpcode.WriteRequest, TftpText.Decode(name), mode, options);
        return true;
    }

    /// <summary>Reads the name/value pairs of a request or OACK.</summary>
    internal static bool TryReadOptions(ReadOnlySpan<byte> rest, out List<TftpOption> options, out TftpDefect defect)
    {
        options = [];
        while (!rest.IsEmpty && options.Count < MaxOptions)
        {
            if (!TftpText.TryTake(ref rest, out ReadOnlySpan<byte> name))
            {
                defect = TftpDefect.NotTerminated;
                return false;
            }
            if (name.IsEmpty) break; // padding
            if (!TftpText.TryTake(ref rest, out ReadOnlySpan<byte> value))
            {
                defect = rest.IsEmpty ? TftpDefect.OptionWithoutValue : TftpDefect.NotTerminated;
                return false;
            }
            options.Add(new TftpOption(TftpText.Decode(name), TftpText.Decode(value)));
        }
        defect = TftpDefect.None;
        return true;
    }

    private static bool TryReadMode(string text, out TftpMode mode)
    {
        mode = text.Equals("netascii", StringComparison.OrdinalIgnoreCase) ? TftpMode.NetAscii : TftpMode.Octet;
        return mode == TftpMode.NetAscii || text.Equals("octet", StringComparison.OrdinalIgnoreCase);
    }
}
