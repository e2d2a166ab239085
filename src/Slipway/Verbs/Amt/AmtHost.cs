using System.CommandLine;
using Slipway.Amt;
using Slipway.Amt.WsMan;
using Slipway.Drivers.Amt;
using Slipway.Output;
using Slipway.Server.Hosting;

namespace Slipway.Verbs.Amt;

/// <summary>One AMT host as the command line names it, and the connections to it.</summary>
internal sealed class AmtHost(AmtEndpoint endpoint, IAmtHostMemory memory, TimeProvider time) : IAsyncDisposable
{
    private WsManClient? _wsman;

    public AmtEndpoint Endpoint => endpoint;

    public AmtTransport Transport { get; } = new(endpoint, time, memory);

    public TimeProvider Time => time;

    /// <summary>The web service; connected when it is first asked.</summary>
    public WsManClient WsMan => _wsman ??= new WsManClient(Transport, time);

    public ValueTask DisposeAsync() => _wsman?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The argument and options that every <c>slipway amt</c> verb has: which host, and how to log in.</summary>
internal sealed class AmtHostOptions
{
    /// <summary>The environment variable with the password.</summary>
    public const string PasswordVariable = "AMT_PASSWORD";

    private const int DefaultPort = 16992;
    private const int MostBasePort = 65535 - 3;

    private readonly Argument<string> _host = new("HOST") { Description = "Name or address of the AMT firmware" };
    private readonly Option<string> _user = new("--user", "-u") { Description = "Digest user", HelpName = "USER", DefaultValueFactory = _ => "admin" };
    private readonly Option<string?> _passwordFile = new("--password-file") { Description = $"File with the password; default: ${PasswordVariable}, else it is asked for", HelpName = "FILE" };
    private readonly Option<string> _tls = new("--tls") { Description = "auto (found out and remembered), yes or no", HelpName = "WHEN", DefaultValueFactory = _ => "auto" };
    private readonly Option<int> _port = new("--port") { Description = "Base port: the plain web service; the others follow from it", HelpName = "PORT", DefaultValueFactory = _ => DefaultPort };
    private readonly Option<string?> _certificate = new("--certificate") { Description = "Accept only the certificate with this SHA-256", HelpName = "HEX" };
    private readonly Option<string?> _authority = new("--authority") { Description = "Accept certificates signed by the authority in this PEM file", HelpName = "FILE" };
    private readonly Option<bool> _anyCertificate = new("--any-certificate") { Description = "Accept any certificate (closed networks only)" };
    private readonly Option<bool> _oldTls = new("--old-tls") { Description = "Allow TLS 1.0 and 1.1 (firmware up to release 9)" };
    private readonly Option<bool> _plainLogin = new("--plain-login") { Description = "Allow the password in clear on the redirection port (old firmware)" };

    public AmtHostOptions() => _tls.AcceptOnlyFromAmong("auto", "yes", "no");

    /// <summary>Adds them to a verb; the host comes first.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(_host);
        foreach (Option option in new Option[] { _user, _passwordFile, _tls, _port, _certificate, _authority, _anyCertificate, _oldTls, _plainLogin }) verb.Add(option);
    }

    /// <summary>The host of a command line. Asks for the password on the terminal when nothing gives it.</summary>
    /// <exception cref="UsageException">No password, or a value that cannot be.</exception>
    public AmtHost Open(Cli cli, ParseResult line)
    {
        int port = line.GetValue(_port);
        if (port is < 1 or > MostBasePort) throw new UsageException("SLP7120", $"--port is a base port from 1 to {MostBasePort}, found {port}");
        string host = line.GetRequiredValue(_host);
        var endpoint = new AmtEndpoint
        {
            Host = host,
            User = line.GetValue(_user) ?? "admin",
            Password = Password(cli, line.GetValue(_passwordFile), host),
            Tls = line.GetValue(_tls) switch { "yes" => AmtTls.On, "no" => AmtTls.Off, _ => AmtTls.Auto },
            BasePort = port,
            CertificateSha256 = Fingerprint(line.GetValue(_certificate)),
            TrustedAuthorityFile = line.GetValue(_authority),
            AcceptAnyCertificate = line.GetValue(_anyCertificate),
            AllowOldTls = line.GetValue(_oldTls),
            AllowPlainTextLogin = line.GetValue(_plainLogin),
        };
        return new AmtHost(endpoint, Memory(), cli.Time);
    }

    /// <summary>Where facts about hosts are kept: one file for all labs of this user.</summary>
    public static AmtHostFile Memory() => new(LabPlaces.Of("amt").AmtHosts);

    /// <summary>The password from a file, the environment or the terminal.</summary>
    public static string Password(Cli cli, string? file, string host)
    {
        if (file is not null)
        {
            try
            {
                string text = File.ReadAllText(file).TrimEnd('\r', '\n');
                return text.Length > 0 ? text : throw new UsageException("SLP7121", $"--password-file: {file} is empty");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException("SLP7121", $"--password-file: {e.Message}");
            }
        }
        if (cli.Environment(PasswordVariable) is { Length: > 0 } password) return password;
        if (Console.IsInputRedirected)
            throw new UsageException("SLP7122", $"no password for {host}: set {PasswordVariable}, give --password-file, or run this on a terminal, where it is asked for");
        return Ask(cli.Terminal.Error, $"AMT password for {host}: ");
    }

    private static string Ask(TextWriter error, string prompt)
    {
        error.Write(prompt);
        var password = new System.Text.StringBuilder();
        for (ConsoleKeyInfo key; (key = Console.ReadKey(intercept: true)).Key != ConsoleKey.Enter;)
        {
            if (key.Key == ConsoleKey.Backspace) password.Length = Math.Max(0, password.Length - 1);
            else if (!char.IsControl(key.KeyChar)) password.Append(key.KeyChar);
        }
        error.WriteLine();
        return password.ToString();
    }

    private static string? Fingerprint(string? text)
    {
        if (text is null) return null;
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw new UsageException("SLP7123", $"--certificate is the SHA-256 of a certificate, 64 hexadecimal digits (slipway amt info prints it), found '{text}'");
    }
}
