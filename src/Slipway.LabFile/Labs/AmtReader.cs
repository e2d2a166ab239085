using Slipway.LabFile.Values;

namespace Slipway.LabFile.Labs;

/// <summary>Reads <c>amt:</c> of a machine.</summary>
internal static class AmtReader
{
    private const int MostBasePort = 65535 - 3; // TLS redirection is the base port + 3
    private const int FingerprintDigits = 64;

    /// <summary>The firmware's own limit for digest users.</summary>
    private const int MostUserCharacters = 16;

    public static AmtDescription? Read(Section section)
    {
        section.Require("host", "say where the firmware is: its name or address");
        section.Require("password", "the firmware's own, such as \"${AMT_PASSWORD}\" or file:PATH");
        string? host = Host(section);
        string? user = User(section);
        Secret? password = section.Secret("password", "AMT_PASSWORD");
        var amt = new AmtDescription
        {
            Host = host ?? "",
            User = user ?? "admin",
            Password = password ?? new Secret(""),
            Tls = section.Word("tls", LegalWords.AmtTls) ?? AmtTlsUse.Auto,
            Port = section.Number("port", 1, MostBasePort) ?? 16992,
            Certificate = Fingerprint(section),
            Authority = section.ExistingFile("authority"),
            AnyCertificate = section.Boolean("any-certificate") ?? false,
            OldTls = section.Boolean("old-tls") ?? false,
            PlainLogin = section.Boolean("plain-login") ?? false,
            BootOrder = section.Word("boot-order", LegalWords.AmtBootOrders) ?? AmtBootOrder.PxeOnce,
        };
        section.RejectUnknown();
        return host is null || password is null ? null : amt;
    }

    private static string? Host(Section section)
    {
        if (section.Scalar("host") is not var (scalar, text)) return null;
        if (Uri.CheckHostName(text) is not UriHostNameType.Unknown) return text;
        section.Surroundings.Problems.Add(
            scalar.Place, ProblemCode.BadHost, $"'host' of {section.What} is a name or an address such as 192.168.77.20, not {Quoting.Quote(scalar)}; a port goes into 'port'");
        return null;
    }

    private static string? User(Section section)
    {
        if (section.Scalar("user") is not var (scalar, text)) return null;
        if (text.Length is > 0 and <= MostUserCharacters && text.All(c => c is > ' ' and <= '~' && !":,<>&\"".Contains(c))) return text;
        section.Surroundings.Problems.Add(
            scalar.Place, ProblemCode.BadName, $"'user' of {section.What} is 1 to {MostUserCharacters} characters without blank and : , < > & \", not {Quoting.Quote(scalar)}");
        return null;
    }

    private static string? Fingerprint(Section section)
    {
        if (section.Scalar("certificate") is not var (scalar, text)) return null;
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (digits.Length == FingerprintDigits && digits.All(char.IsAsciiHexDigit)) return digits;
        section.Surroundings.Problems.Add(
            scalar.Place, ProblemCode.BadFingerprint, $"'certificate' of {section.What} is the SHA-256 of the certificate, {FingerprintDigits} hexadecimal digits (slipway amt info prints it), not {Quoting.Quote(scalar)}");
        return null;
    }
}
