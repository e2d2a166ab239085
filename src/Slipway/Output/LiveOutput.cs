namespace Slipway.Output;

/// <summary>Several sources on one terminal without torn lines: console text flows as it comes, notes stand on lines of their own.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LiveOutput(TextWriter writer, bool colour)
{
    private const string Dim = "\e[2m";
    private const string Plain = "\e[0m";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _unfinished = new(StringComparer.Ordinal);
    private bool _atLineStart = true;

    /// <summary>A line of our own.</summary>
    public void Note(string prefix, string text)
    {
        lock (_gate)
        {
            if (!_atLineStart) writer.Write('\n');
            writer.Write(colour ? $"{Dim}{prefix}-- {text}{Plain}\n" : $"{prefix}-- {text}\n");
            writer.Flush();
            _atLineStart = true;
        }
    }

    /// <summary>Console text. With a prefix only whole lines are written, so that machines do not mix within a line.</summary>
    public void Text(string prefix, string text)
    {
        if (text.Length == 0) return;
        lock (_gate)
        {
            if (prefix.Length == 0)
            {
                writer.Write(text);
                _atLineStart = text[^1] is '\n' or '\r';
            }
            else
            {
                string all = _unfinished.GetValueOrDefault(prefix, "") + text;
                int end = all.LastIndexOf('\n') + 1;
                foreach (string line in all[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries)) writer.Write($"{prefix}{line.TrimEnd('\r')}\n");
                _unfinished[prefix] = all[end..];
            }
            writer.Flush();
        }
    }

    /// <summary>Ends an unfinished console line, so that what follows starts at the left.</summary>
    public void EndLine()
    {
        lock (_gate)
        {
            if (!_atLineStart) writer.Write('\n');
            _atLineStart = true;
            writer.Flush();
        }
    }
}
