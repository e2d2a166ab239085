using System.Text;

namespace Slipway.Output;

/// <summary>Where a verb prints. Data goes to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output as bytes. Flush <see cref="Out"/> before mixing.</summary>
    public required Func<Stream> OpenRawOut { get; init; }

    /// <summary>Whether colours and live displays may be used on standard output.</summary>
    public bool IsLive { get; init; }

    /// <summary>The process's own streams. A colour is for a terminal whose user did not set NO_COLOR.</summary>
    public static Terminal OfProcess(Func<string, string?> environment) => new()
    {
        // Not Console.Out: it sets up encodings and flushes after each write.
        Out = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 4096) { AutoFlush = false },
        Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), bufferSize: 1024) { AutoFlush = true },
        OpenRawOut = Console.OpenStandardOutput,
        IsLive = !Console.IsOutputRedirected && string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is not (null or "dumb"),
    };

    public string Good(string text) => Coloured(text, "32");

    public string Bad(string text) => Coloured(text, "31");

    public string Odd(string text) => Coloured(text, "33");

    public string Faint(string text) => Coloured(text, "2");

    private string Coloured(string text, string sgr) => IsLive ? $"\e[{sgr}m{text}\e[0m" : text;
}
