namespace Slipway.Netboot;

/// <summary>Turns the file names that loaders write into one form, and refuses those that would leave the served tree.</summary>
public static class BootPath
{
    /// <summary>Longest name accepted, in characters. PXE allows 127; GRUB and UEFI send longer ones.</summary>
    public const int MaxLength = 1024;

    /// <summary>Normalises a name: backslashes become slashes, leading and repeated slashes and <c>.</c> parts go away.</summary>
    /// <returns>False for an empty name, <c>..</c>, a control character, a drive letter, or one longer than <see cref="MaxLength"/>.</returns>
    public static bool TryNormalise(string raw, out string name)
    {
        name = "";
        if (raw.Length is 0 or > MaxLength) return false;
        foreach (char c in raw)
            if (char.IsControl(c)) return false;
        if (raw.Length >= 2 && raw[1] == ':' && char.IsAsciiLetter(raw[0])) return false;

        var parts = new List<string>();
        foreach (string part in raw.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part == "..") return false;
            parts.Add(part);
        }
        name = string.Join('/', parts);
        return name.Length > 0;
    }
}
