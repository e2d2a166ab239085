namespace Slipway.Amt.WsMan;

/// <summary>What a digest login asks for (RFC 2617 §3.2.1).</summary>
/// <param name="Realm">Printable ASCII.</param>
/// <param name="Nonce">Printable ASCII.</param>
/// <param name="Quality">The quality of protection to use: <c>auth</c> where it is offered, else <c>auth-int</c>; null = RFC 2069, which has none.</param>
/// <param name="Opaque">To be sent back as it is; the firmware sends none.</param>
internal sealed record DigestChallenge(string Realm, string Nonce, string? Quality, string? Opaque)
{
    public const string Auth = "auth";
    public const string AuthInt = "auth-int";

    private const string Scheme = "Digest";

    /// <summary>Whether a WWW-Authenticate header speaks of digest at all.</summary>
    public static bool IsDigest(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && (header.Length == Scheme.Length || header[Scheme.Length] == ' ');

    /// <summary>Reads a WWW-Authenticate header; null when it is no digest challenge, lacks realm or nonce, or asks for what no firmware asks for.</summary>
    public static DigestChallenge? Read(string header)
    {
        if (!IsDigest(header)) return null;
        if (Fields(header[Scheme.Length..]) is not { } fields) return null;
        if (!fields.TryGetValue("realm", out string? realm) || !fields.TryGetValue("nonce", out string? nonce) || nonce.Length == 0) return null;
        if (fields.GetValueOrDefault("algorithm") is { } algorithm && !algorithm.Equals("MD5", StringComparison.OrdinalIgnoreCase)) return null;

        string? quality = null;
        if (fields.TryGetValue("qop", out string? offered))
        {
            // Since release 14 a list, "auth-int, auth", with the comma inside the quotes.
            string[] all = offered.Split(',', StringSplitOptions.TrimEntries);
            quality = new[] { Auth, AuthInt }.FirstOrDefault(q => all.Contains(q, StringComparer.OrdinalIgnoreCase));
            if (quality is null) return null;
        }

        return new DigestChallenge(realm, nonce, quality, fields.GetValueOrDefault("opaque"));
    }

    // name=value or name="value", separated by commas, with spaces anywhere; the firmware's spacing is irregular.
    private static Dictionary<string, string>? Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (text.Any(c => c is < ' ' or > '~')) return null;
        int at = 0;
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or ',') at++;
            if (at == text.Length) return fields;
            int equals = text.IndexOf('=', at);
            if (equals < 0) return null;
            string name = text[at..equals].Trim();
            at = equals + 1;
            while (at < text.Length && text[at] == ' ') at++;
            if (Value(text, ref at) is not { } value || !fields.TryAdd(name, value)) return null;
        }
    }

    private static string? Value(string text, ref int at)
    {
        if (at == text.Length || text[at] != '"')
        {
            int comma = text.IndexOf(',', at);
            int end = comma < 0 ? text.Length : comma;
            string token = text[at..end].TrimEnd();
            at = end;
            return token;
        }

        // Taken with its backslashes: what is hashed and sent back is what stood there.
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"')
            {
                string quoted = text[(at + 1)..i];
                at = i + 1;
                return quoted;
            }
        }

        return null;
    }
}
