using System.Globalization;

namespace Slipway.Fence;

/// <summary>What a cluster asks of the fence agent: parameters by name.</summary>
internal sealed class FenceRequest
{
    private const int MaxLines = 1000;
    private const int MaxLineCharacters = 4096;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string Action => Text(FenceParameter.Action)!.ToLowerInvariant();

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value, or the parameter's default.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name) is { Length: > 0 } value ? value : FenceParameter.Find(name)!.Default;

    public bool Flag(string name) => Text(name)?.ToLowerInvariant() is "1" or "yes" or "on" or "true";

    /// <exception cref="FenceException">Not a whole number from 0.</exception>
    public int Number(string name)
    {
        string text = Text(name) ?? "0";
        // Pacemaker writes times as "60s", too.
        return int.TryParse(text.TrimEnd('s'), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FenceException(FenceExit.BadArguments, $"'{name}' is a whole number, found '{text}'");
    }

    /// <summary>Sets a parameter; a later one wins, as in the agents of fence-agents.</summary>
    /// <returns>False when there is no such parameter (that is said, and is no error: callers add their own).</returns>
    public bool Set(string name, string value)
    {
        if (FenceParameter.Find(name.Replace('-', '_')) is not { } parameter) return FenceParameter.Ignored.Contains(name);
        _values[parameter.Name] = value;
        return true;
    }

    /// <summary>Reads <c>key=value</c> lines as a cluster writes them: blank lines and lines with # are skipped, blanks around are cut off.</summary>
    /// <param name="input">To its end.</param>
    /// <param name="warn">Told of what was not understood; never of a value.</param>
    public static FenceRequest Read(TextReader input, Action<string> warn)
    {
        var request = new FenceRequest();
        int number = 0;
        while (input.ReadLine() is { } line)
        {
            if (++number > MaxLines) throw new FenceException(FenceExit.BadArguments, $"standard input has more than {MaxLines} lines");
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            int equals = text.IndexOf('=');
            if (text.Length > MaxLineCharacters || equals <= 0)
            {
                warn($"standard input, line {number}: not 'key=value'; ignored");
                continue;
            }
            string key = text[..equals].Trim();
            if (!request.Set(key, text[(equals + 1)..].Trim())) warn($"unknown key '{key}' on standard input; ignored");
        }
        return request;
    }
}

/// <summary>The exit codes that the agents of fence-agents share.</summary>
internal enum FenceExit
{
    Ok = 0,
    Failed = 1,

    /// <summary>Also what <c>status</c> ends with when the machine is off.</summary>
    BadArguments = 2,
    LoginDenied = 3,
    ConnectionLost = 4,
    TimedOut = 5,
    WaitingForOn = 6,
    WaitingForOff = 7,
    NoStatus = 8,
    PasswordMissing = 10,
    NoRights = 11,
}

/// <summary>The agent ends, with a reason.</summary>
internal sealed class FenceException(FenceExit exit, string message, Exception? inner = null) : Exception(message, inner)
{
    public FenceExit Exit { get; } = exit;
}
