namespace Slipway.Storage.Artifacts;

/// <summary>One pattern over relative paths: <c>?</c> is one character, <c>*</c> any number of them, both within a path part; <c>**</c> alone is any number of parts, also none.</summary>
/// <remarks>As in a shell, a part that begins with a dot is matched only by a pattern part that does: <c>**</c> stays out of <c>.git</c>.
/// Matching takes at most pattern × path steps; no pattern makes it explode.</remarks>
internal sealed class GlobPattern
{
    private const string AnyParts = "**";

    private readonly string[] _parts;

    private GlobPattern(string[] parts) => _parts = parts;

    /// <summary>False when the pattern is empty, absolute or leaves its directory with <c>..</c>.</summary>
    public static bool TryParse(string text, out GlobPattern pattern)
    {
        string[] parts = [.. text.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];
        pattern = new GlobPattern(parts);
        return parts.Length > 0 && !text.StartsWith('/') && !parts.Contains("..");
    }

    /// <summary>Whether the path is matched as a whole.</summary>
    /// <param name="path">Its parts, from the pattern's directory on.</param>
    public bool Matches(ReadOnlySpan<string> path)
    {
        int part = 0, at = 0, retryPart = -1, retryAt = 0;
        while (at < path.Length)
        {
            if (part < _parts.Length && _parts[part] == AnyParts)
            {
                retryPart = ++part;
                retryAt = at;
            }
            else if (part < _parts.Length && PartMatches(_parts[part], path[at]))
            {
                part++;
                at++;
            }
            else if (retryPart >= 0 && !IsHidden(path[retryAt]))
            {
                // Only the last ** is worth lengthening: what an earlier one could take, this one can take as well.
                part = retryPart;
                at = ++retryAt;
            }
            else
            {
                return false;
            }
        }
        while (part < _parts.Length && _parts[part] == AnyParts) part++;
        return part == _parts.Length;
    }

    /// <summary>Whether something below this directory could be matched; saves walking a whole source tree for <c>results/*.xml</c>.</summary>
    public bool ReachesBelow(ReadOnlySpan<string> directory)
    {
        for (int i = 0; i < directory.Length; i++)
        {
            if (i < _parts.Length && _parts[i] == AnyParts) return true;
            if (i >= _parts.Length - 1 || !PartMatches(_parts[i], directory[i])) return false;
        }
        return true;
    }

    private static bool PartMatches(string pattern, string name)
    {
        if (IsHidden(name) && !IsHidden(pattern)) return false;
        int p = 0, n = 0, retryP = -1, retryN = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                retryP = ++p;
                retryN = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (retryP >= 0)
            {
                p = retryP;
                n = ++retryN;
            }
            else
            {
                return false;
            }
        }
        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    private static bool IsHidden(string part) => part.StartsWith('.');
}
