using System.Text;
using System.Text.Unicode;

namespace Slipway.Netboot.Tftp;

/// <summary>The zero-terminated strings of requests and OACKs.</summary>
internal static class TftpText
{
    /// <summary>Takes one string off the front of <paramref name="rest"/>.</summary>
    /// <returns>False when no zero byte follows.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        int end = rest.IndexOf((byte)0);
        text = end < 0 ? default : rest[..end];
        if (end < 0) return false;
        rest = rest[(end + 1)..];
        return true;
    }

    /// <summary>RFC 1350 says netascii; today's names are UTF-8. What is not UTF-8 is read as Latin-1, so that every name has a text.</summary>
    public static string Decode(ReadOnlySpan<byte> text) =>
        Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);

    /// <summary>The text with every control character replaced: it comes from the network and goes to terminals.</summary>
    public static string Printable(ReadOnlySpan<byte> text)
    {
        string decoded = Decode(text);
        return decoded.Any(char.IsControl) ? new string([.. decoded.Select(c => char.IsControl(c) ? '?' : c)]) : decoded;
    }
}
