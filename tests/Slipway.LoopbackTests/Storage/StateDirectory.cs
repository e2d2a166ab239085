namespace Slipway.LoopbackTests.Storage;

/// <summary>A state directory of one test, removed afterwards.</summary>
internal sealed class StateDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slipway-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
