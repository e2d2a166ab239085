using System.Runtime.Versioning;
using Slipway.LabFile;

namespace Slipway.LoopbackTests.LabFile;

/// <summary>The same readers on a real disk: what only an operating system can answer.</summary>
[SupportedOSPlatform("linux")]
public sealed class LabFileOnDiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-lab-file-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_lab_on_disk_is_read_with_its_secret_file_and_its_warning()
    {
        var secret = Path.Combine(_directory, "pw");
        File.WriteAllText(secret, "hunter2\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var path = Write("lab.yaml", """
            lab: desk
            network: { interface: eth0, dhcp: { mode: off } }
            machines:
              m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: cat, env: { TOKEN: file:pw } } }
            """);

        var result = LabFileReader.Read(path, new Dictionary<string, string>());

        Assert.Equal("hunter2", result.Lab.Machines["m"].Console!.Environment["TOKEN"].Reveal());
        Assert.Equal(["SLP1113"], result.Warnings.Select(w => w.Code));
    }

    [Fact]
    public void A_secret_file_of_ones_own_is_not_warned_about()
    {
        var secret = Path.Combine(_directory, "pw");
        File.WriteAllText(secret, "hunter2\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        var path = Write("lab.yaml", """
            lab: desk
            network: { interface: eth0, dhcp: { mode: off } }
            machines:
              m: { mac: 00:1b:21:41:cf:4c, console: { driver: command, command: cat, env: { TOKEN: file:pw } } }
            """);

        Assert.Empty(LabFileReader.Read(path, _ => null).Warnings);
    }

    [Fact]
    public void A_directory_is_no_lab_file() => Assert.Equal("SLP1002", Code(_directory));

    [Fact]
    public void A_file_that_is_not_there_is_said_to_be_missing() => Assert.Equal("SLP1001", Code(Path.Combine(_directory, "none.yaml")));

    [Fact]
    public void An_endless_file_is_read_to_the_limit_only() => Assert.Equal("SLP1003", Code("/dev/zero"));

    private static string Code(string path) => Assert.Single(Assert.Throws<LabFileException>(() => LabFileReader.Read(path, _ => null)).Problems).Code;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
