using Slipway.Netboot;
using Slipway.Netboot.Pxe;

namespace Slipway.LoopbackTests.Netboot;

/// <summary>Serves what a test put into it; everything else does not exist.</summary>
internal sealed class FakeAuthority : IBootAuthority
{
    public Dictionary<string, Func<FileAnswer>> Files { get; } = [];

    public FakeAuthority With(string name, byte[] bytes)
    {
        Files[name] = () => new FileAnswer.Send(BootContent.Of(bytes), "label of " + name);
        return this;
    }

    public BootAnswer Answer(BootClient client) => new BootAnswer.Ignore("files only");

    public FileAnswer Open(FileRequest request) =>
        Files.TryGetValue(request.Name, out Func<FileAnswer>? make) ? make() : new FileAnswer.Refuse("no such file", Expected: true);
}
