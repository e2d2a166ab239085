namespace Slipway.Sim.Amt.WsMan;

/// <summary>The parameters of an <c>Authorization: Digest …</c> header (RFC 2617 §3.2.2), quoted or bare.</summary>
internal static class DigestFields
{
    private const string Scheme = "Digest ";
    private const int LargestHeader = 4096;

    /// <summary>Splits the header with respect to quotes; false when it is no digest or is broken. Never throws.</summary>
    public static bool TryRead(string? header, out Dictionary<string, string> fields)
    {
        fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (header is null || header.Length > LargestHeader || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;

        ReadOnlySpan<char> rest = header.AsSpan(Scheme.Length);
        while (true)
        {
            rest = rest.TrimStart(" \t,");
            if (rest.IsEmpty) return fields.Count > 0;
            int equals = rest.IndexOf('=');
            if (equals <= 0) return false;
            string name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();

            bool quoted = rest.StartsWith("\"");
            if (quoted) rest = rest[1..];
            int end = rest.IndexOf(quoted ? '"' : ',');
            if (end < 0 && quoted) return false;
            ReadOnlySpan<char> value = end < 0 ? rest : rest[..end];
            // A second username or response is nobody's mistake.
            if (!fields.TryAdd(name, quoted ? value.ToString() : value.TrimEnd().ToString())) return false;
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }
}
