using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary>Names and values, printed in two columns or as one JSON object. What the firmware does not have is left out.</summary>
internal sealed class AmtFacts
{
    private readonly List<(string Name, object Value)> _facts = [];

    public void Add(string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value)) _facts.Add((name, value.Trim()));
    }

    public void Add(string name, bool? value)
    {
        if (value is { } known) _facts.Add((name, known));
    }

    public void Add(string name, long? value)
    {
        if (value is { } known) _facts.Add((name, known));
    }

    public void Add(string name, IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length > 0) _facts.Add((name, all));
    }

    public void Print(Terminal terminal, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal, writer =>
            {
                writer.WriteStartObject();
                foreach ((string name, object value) in _facts)
                {
                    writer.WritePropertyName(name);
                    switch (value)
                    {
                        case bool flag: writer.WriteBooleanValue(flag); break;
                        case long number: writer.WriteNumberValue(number); break;
                        case string[] texts:
                            writer.WriteStartArray();
                            foreach (string text in texts) writer.WriteStringValue(text);
                            writer.WriteEndArray();
                            break;
                        default: writer.WriteStringValue((string)value); break;
                    }
                }
                writer.WriteEndObject();
            });
            return;
        }
        int width = _facts.Count == 0 ? 0 : _facts.Max(f => f.Name.Length);
        foreach ((string name, object value) in _facts)
        {
            string text = value switch { bool flag => flag ? "yes" : "no", string[] texts => string.Join(", ", texts), _ => value.ToString()! };
            terminal.Out.WriteLine($"{name.PadRight(width)}  {text}");
        }
    }
}
