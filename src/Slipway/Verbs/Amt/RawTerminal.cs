using System.Diagnostics;

namespace Slipway.Verbs.Amt;

/// <summary>The user's terminal with every key passed through unchanged, until disposed. Through stty(1), which knows every terminal there is.</summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly string _saved;

    private RawTerminal(string saved) => _saved = saved;

    /// <summary>Null when standard input is no terminal.</summary>
    public static RawTerminal? TryEnter()
    {
        if (Console.IsInputRedirected || Stty("-g") is not { Length: > 0 } saved || Stty("raw -echo") is null) return null;
        return new RawTerminal(saved);
    }

    public void Dispose() => Stty(_saved);

    private static string? Stty(string arguments)
    {
        using Process? process = Process.Start(new ProcessStartInfo("stty", arguments) { RedirectStandardOutput = true });
        if (process is null) return null;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : null;
    }
}
