using Slipway.LabFile;
using Slipway.Netboot.Loaders;
using Slipway.Netboot.Pxe;
using System.Collections.Concurrent;
using System.Net.NetworkInformation;

namespace Slipway.Drivers.Netboot;

/// <summary>The machines that asked and that no lab file knows (<c>unknown: record</c>): a line each in a file of the lab's, for whoever wants to add them.</summary>
/// <param name="path">The file; made at the first unknown machine.</param>
public sealed class UnknownMachineList(string path)
{
    /// <summary>The file's name in the lab's state directory.</summary>
    public const string FileName = "unknown-machines.txt";

    private readonly ConcurrentDictionary<PhysicalAddress, bool> _seen = new();

    /// <summary>Notes a machine, once per process; a full disk costs the note, never the server.</summary>
    public void Note(BootClient client)
    {
        if (!_seen.TryAdd(client.Mac, true)) return;
        string mac = client.Mac.Spelt();
        try
        {
            if (Read(path).Any(line => line.StartsWith(mac, StringComparison.Ordinal))) return;
            string what = client.Kind == ClientKind.System ? $"a booted system ({client.VendorClass})" : $"{ClientPlatforms.Of(client).Spelt()}, {client.Kind}";
            File.AppendAllText(path, $"{mac}  {what}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _seen.TryRemove(client.Mac, out _);
        }
    }

    /// <summary>The lines noted so far: MAC, platform, what asked. Empty when there is no file.</summary>
    public static IReadOnlyList<string> Read(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
