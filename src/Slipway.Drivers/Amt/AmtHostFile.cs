using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Amt;

namespace Slipway.Drivers.Amt;

/// <summary>What was learned about AMT hosts, in a file of the user's: whether they speak TLS, and which certificate they showed first.</summary>
/// <remarks>Read anew for each question: another process may have learned something. A file that cannot be read or written is as good as none.</remarks>
/// <param name="path">The file; made, with its directory, when something is remembered.</param>
public sealed class AmtHostFile(string path) : IAmtHostMemory
{
    private readonly Lock _lock = new();

    public AmtHostFacts? Recall(string host, int basePort)
    {
        lock (_lock) return Read().GetValueOrDefault(Key(host, basePort));
    }

    public void Remember(string host, int basePort, AmtHostFacts facts)
    {
        lock (_lock)
        {
            SortedDictionary<string, AmtHostFacts> hosts = Read();
            if (hosts.GetValueOrDefault(Key(host, basePort)) == facts) return;
            hosts[Key(host, basePort)] = facts;
            Write(hosts);
        }
    }

    /// <summary>Forgets a host, so that its next certificate is taken as the first. False when nothing was known.</summary>
    public bool Forget(string host, int basePort)
    {
        lock (_lock)
        {
            SortedDictionary<string, AmtHostFacts> hosts = Read();
            if (!hosts.Remove(Key(host, basePort))) return false;
            Write(hosts);
            return true;
        }
    }

    private static string Key(string host, int basePort) => $"{host.ToLowerInvariant()}:{basePort}";

    private SortedDictionary<string, AmtHostFacts> Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), AmtHostJson.Default.SortedDictionaryStringAmtHostFacts) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    private void Write(SortedDictionary<string, AmtHostFacts> hosts)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Whole or not at all: another process may be reading it.
            string made = $"{path}.{Environment.ProcessId}";
            File.WriteAllBytes(made, JsonSerializer.SerializeToUtf8Bytes(hosts, AmtHostJson.Default.SortedDictionaryStringAmtHostFacts));
            File.Move(made, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is remembered then; each contact finds out anew.
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SortedDictionary<string, AmtHostFacts>))]
internal sealed partial class AmtHostJson : JsonSerializerContext;
