namespace Slipway.Output;

/// <summary>Left-aligned columns two spaces apart, with a heading; nothing after the last column.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells) => _rows.Add(cells);

    public void WriteTo(TextWriter output)
    {
        // Plain loops: LINQ over numbers and structs is not in the ready-to-run code and is compiled anew at every start.
        int[] widths = Array.ConvertAll(headings, heading => heading.Length);
        foreach (Cell[] row in _rows)
            for (int i = 0; i < widths.Length; i++) widths[i] = Math.Max(widths[i], row[i].Text.Length);
        Write(output, Array.ConvertAll(headings, heading => new Cell(heading)), widths);
        foreach (Cell[] row in _rows) Write(output, row, widths);
    }

    private static void Write(TextWriter output, Cell[] row, int[] widths)
    {
        int last = row.Length - 1;
        while (last > 0 && row[last].Text.Length == 0) last--;
        for (int i = 0; i <= last; i++)
        {
            output.Write(row[i].Paint is { } paint ? paint(row[i].Text) : row[i].Text);
            if (i < last) output.Write(new string(' ', widths[i] - row[i].Text.Length + 2));
        }
        output.WriteLine();
    }

    /// <param name="Text">As it counts for the width.</param>
    /// <param name="Paint">Adds the colour, which has no width.</param>
    internal readonly record struct Cell(string Text, Func<string, string>? Paint = null)
    {
        public static implicit operator Cell(string? text) => new(text ?? "");
    }
}
