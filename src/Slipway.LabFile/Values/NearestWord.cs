namespace Slipway.LabFile.Values;

/// <summary>Finds what the author probably meant.</summary>
internal static class NearestWord
{
    private const int MaxCandidates = 1000;
    private const int MaxLength = 64;
    private const int MaxListed = 10;

    /// <summary>" (did you mean 'x'? declared: x, y)" with a leading blank; empty when there is nothing to offer.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What would have been right.</param>
    /// <param name="listTitle">What the list of candidates is called in the message.</param>
    public static string Hint(string word, IEnumerable<string> candidates, string listTitle)
    {
        var all = candidates.Take(MaxCandidates).ToList();
        if (all.Count == 0) return $" ({listTitle}: none)";
        var listed = string.Join(", ", all.Take(MaxListed)) + (all.Count > MaxListed ? ", …" : "");
        return Find(word, all) is { } nearest ? $" (did you mean '{nearest}'? {listTitle}: {listed})" : $" ({listTitle}: {listed})";
    }

    /// <summary>The candidate within a third of the word's length in edits; null when none is that near.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxLength) return null;
        var limit = Math.Max(1, word.Length / 3);
        var best = candidates
            .Where(c => c.Length <= MaxLength && Math.Abs(c.Length - word.Length) <= limit)
            .Select(c => (Word: c, Distance: Distance(word.ToLowerInvariant(), c.ToLowerInvariant())))
            .Where(c => c.Distance <= limit)
            .OrderBy(c => c.Distance)
            .FirstOrDefault();
        return best.Word;
    }

    // Optimal string alignment: insert, delete, replace, swap two neighbours ("kenrel").
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
