using System.Buffers.Binary;
using System.Collections;
using System.Net;
using System.Text;

namespace Slipway.Netboot.Dhcp;

/// <summary>The options of one message in their order, each whole: fragments of one code are joined (RFC 3396).</summary>
/// <remarks>Values are copies, so they outlive the receive buffer. Not thread-safe while it is filled.</remarks>
public sealed class DhcpOptions : IEnumerable<KeyValuePair<DhcpOptionCode, byte[]>>
{
    /// <summary>Longest value one option on the wire can hold; longer ones are written in pieces.</summary>
    public const int LongestPiece = 255;

    private readonly List<KeyValuePair<DhcpOptionCode, byte[]>> _options = [];

    public int Count => _options.Count;

    /// <summary>The value, or an empty span when the option is absent.</summary>
    public ReadOnlySpan<byte> this[DhcpOptionCode code]
    {
        get
        {
            int index = IndexOf(code);
            return index < 0 ? default : _options[index].Value;
        }
    }

    public bool Contains(DhcpOptionCode code) => IndexOf(code) >= 0;

    /// <summary>The first four bytes as an address; null when absent or shorter.</summary>
    public IPAddress? Address(DhcpOptionCode code) => this[code] is { Length: >= 4 } value ? new IPAddress(value[..4]) : null;

    /// <summary>The value as text without trailing zeros; empty when absent. Bytes outside ASCII become <c>?</c>.</summary>
    public string Text(DhcpOptionCode code) => Encoding.ASCII.GetString(this[code].TrimEnd((byte)0));

    /// <summary>Adds an option, or appends to the value of one that is there (RFC 3396 §7).</summary>
    public void Add(DhcpOptionCode code, ReadOnlySpan<byte> value)
    {
        int index = IndexOf(code);
        if (index < 0) _options.Add(new(code, value.ToArray()));
        else _options[index] = new(code, [.. _options[index].Value, .. value]);
    }

    public void Add(DhcpOptionCode code, byte value) => Add(code, [value]);

    public void Add(DhcpOptionCode code, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Add(code, bytes);
    }

    public void Add(DhcpOptionCode code, IPAddress value) => Add(code, value.GetAddressBytes());

    public void Add(DhcpOptionCode code, string value) => Add(code, Encoding.ASCII.GetBytes(value));

    /// <summary>Bytes an option of this length takes on the wire, its pieces' headers included.</summary>
    public static int WireLength(int valueLength) => valueLength + 2 * Math.Max(1, (valueLength + LongestPiece - 1) / LongestPiece);

    /// <summary>Writes one option, in pieces when it is long; returns the bytes written.</summary>
    internal static int WriteOne(Span<byte> destination, DhcpOptionCode code, ReadOnlySpan<byte> value)
    {
        int at = 0;
        do
        {
            ReadOnlySpan<byte> piece = value[..Math.Min(value.Length, LongestPiece)];
            destination[at++] = (byte)code;
            destination[at++] = (byte)piece.Length;
            piece.CopyTo(destination[at..]);
            at += piece.Length;
            value = value[piece.Length..];
        }
        while (!value.IsEmpty);
        return at;
    }

    public IEnumerator<KeyValuePair<DhcpOptionCode, byte[]>> GetEnumerator() => _options.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(DhcpOptionCode code) => _options.FindIndex(option => option.Key == code);
}
