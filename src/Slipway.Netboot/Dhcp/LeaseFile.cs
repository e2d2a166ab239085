using System.Text;

namespace Slipway.Netboot.Dhcp;

/// <summary>Leases on disk: a file of lines, later ones replacing earlier ones. Not thread-safe: the server's lock owns it.</summary>
/// <remarks>
/// A line is handed to the system before the ACK that it records is sent, so <c>kill -9</c> loses none. It is not forced to the disk: a
/// power cut of the server may lose the last seconds, which costs a client a NAK and a new address. Now and then the file is
/// written anew beside the old one and renamed over it.
/// </remarks>
internal sealed class LeaseFile : IDisposable
{
    private const string Heading = "# slipway leases 1";
    private const string DamagedSuffix = ".damaged";

    /// <summary>Superfluous lines tolerated before the file is written anew; about 50 kB.</summary>
    private const int SpareLines = 512;

    private readonly string _path;
    private FileStream _stream;
    private int _lines;

    private LeaseFile(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
    }

    /// <summary>What was wrong with the file when it was read; null when nothing.</summary>
    public string? Damage { get; private init; }

    /// <summary>Lines that could not be written (disk full). Serving goes on: a boot now matters more than the same address later.</summary>
    public int Failures { get; private set; }

    /// <summary>Reads the file into the table and opens it for more. A damaged file is kept beside under another name; its good lines count.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">Not allowed to.</exception>
    public static LeaseFile Open(string path, LeaseTable table)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string? damage = File.Exists(full) ? Load(full, table) : null;
        if (damage is not null) File.Copy(full, full + DamagedSuffix, overwrite: true);
        return new LeaseFile(full, Rewrite(full, table, out int lines)) { Damage = damage, _lines = lines };
    }

    /// <summary>Records an entry; returns when the system has it.</summary>
    public void Append(DhcpLease lease, LeaseTable table)
    {
        try
        {
            if (_lines > table.Count + SpareLines)
            {
                _stream.Dispose();
                _stream = Rewrite(_path, table, out _lines);
            }
            _stream.Write(Encoding.UTF8.GetBytes(LeaseLine.Write(lease) + "\n"));
            _stream.Flush();
            _lines++;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failures++;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static string? Load(string path, LeaseTable table)
    {
        int bad = 0;
        int firstBad = 0;
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (LeaseLine.TryRead(line, out DhcpLease lease))
            {
                table.Put(lease);
                continue;
            }
            if (bad++ == 0) firstBad = number;
        }
        return bad == 0 ? null : $"{path}:{firstBad}: {bad} of {number} lines are damaged and were left out; the old file is kept as {path}{DamagedSuffix}";
    }

    private static FileStream Rewrite(string path, LeaseTable table, out int lines)
    {
        string fresh = path + ".new";
        IReadOnlyList<DhcpLease> leases = table.All;
        var text = new StringBuilder(Heading).Append('\n');
        foreach (DhcpLease lease in leases) text.Append(LeaseLine.Write(lease)).Append('\n');
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        lines = leases.Count + 1;
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }
}
