using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Lab.Leases;

namespace Slipway.Storage.Leases;

/// <summary>Leases as locked files: the kernel gives a lock back when its process ends, however it ends.</summary>
/// <param name="directory">Where the lock files lie; made when missing. Shared by all processes of this lab on this computer.</param>
/// <param name="time">Clock, for people.</param>
public sealed class FileLeases(string directory, TimeProvider time) : IMachineLeases
{
    /// <inheritdoc/>
    public LeaseAnswer TryTake(string machine, string purpose, DateTimeOffset until)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, machine + ".lease");
        FileStream file;
        try
        {
            // FileShare.None is an exclusive flock on Linux, and every other way to open asks for a shared one:
            // who holds the lock is therefore written beside it.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return new LeaseAnswer(null, ReadHolder(HolderFile(machine)));
        }
        var holder = new LeaseHolder($"{Environment.UserName}, process {Environment.ProcessId}", purpose, until);
        File.WriteAllBytes(HolderFile(machine), JsonSerializer.SerializeToUtf8Bytes(holder, LeaseJson.Default.LeaseHolder));
        return new LeaseAnswer(file, null);
    }

    private LeaseHolder ReadHolder(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), LeaseJson.Default.LeaseHolder) ?? Unknown();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return Unknown();
        }
    }

    private string HolderFile(string machine) => Path.Combine(directory, machine + ".holder");

    // Between taking the lock and writing the name there is a moment.
    private LeaseHolder Unknown() => new("another process", "something it has not written down yet", time.GetUtcNow());
}

[JsonSerializable(typeof(LeaseHolder))]
internal sealed partial class LeaseJson : JsonSerializerContext;
