namespace Slipway.Netboot.Dhcp;

/// <summary>Walks an options field (RFC 2132 §2), or sub-options of the same form. Copies nothing, throws nothing.</summary>
/// <remarks>
/// <code>
/// +------+-----+---------------+      +-----+      +-----+
/// | code | len | len bytes ... | ...  |  0  | ...  | 255 |
/// +------+-----+---------------+      +-----+      +-----+
///                                       pad          end
/// </code>
/// </remarks>
public ref struct DhcpOptionReader(ReadOnlySpan<byte> field)
{
    private ReadOnlySpan<byte> _rest = field;

    /// <summary>Why the walk stopped; <see cref="DhcpDefect.None"/> after END.</summary>
    public DhcpDefect Defect { get; private set; }

    /// <summary>Takes the next option; false at END or at a defect.</summary>
    public bool TryNext(out DhcpOptionCode code, out ReadOnlySpan<byte> value)
    {
        code = DhcpOptionCode.End;
        value = default;
        _rest = _rest.TrimStart((byte)DhcpOptionCode.Pad);
        if (_rest.IsEmpty) return Stop(DhcpDefect.OptionsNotTerminated);
        if (_rest[0] == (byte)DhcpOptionCode.End) return false;
        if (_rest.Length < 2 || _rest.Length - 2 < _rest[1]) return Stop(DhcpDefect.OptionTruncated);

        code = (DhcpOptionCode)_rest[0];
        value = _rest.Slice(2, _rest[1]);
        _rest = _rest[(2 + value.Length)..];
        return true;
    }

    private bool Stop(DhcpDefect defect)
    {
        Defect = defect;
        return false;
    }
}
