using Slipway.LabFile;

namespace Slipway.Tests.LabFile;

public sealed class LabFileLocatorTests
{
    [Fact]
    public void What_is_said_comes_before_what_is_found()
    {
        var files = new MemoryFiles().With("said.yaml", "").With("env.yaml", "").With("lab.yaml", "");

        Assert.Equal("said.yaml", Find("said.yaml", "env.yaml", files));
        Assert.Equal("env.yaml", Find(null, "env.yaml", files));
        Assert.Equal("lab.yaml", Find(null, null, files));
    }

    [Fact]
    public void The_home_directory_comes_before_the_computer()
    {
        var files = new MemoryFiles().With("/etc/slipway/lab.yaml", "");

        Assert.Equal("/etc/slipway/lab.yaml", Find(null, null, files));
        Assert.Equal("/home/ada/.config/slipway/lab.yaml", Find(null, null, files.With("/home/ada/.config/slipway/lab.yaml", "")));
    }

    [Fact]
    public void Without_a_lab_file_every_place_is_listed() =>
        Assert.Equal(
            "lab.yaml: SLP1001: no lab file: --lab not given, $SLIPWAY_LAB not set, and none at /lab/lab.yaml, /home/ada/.config/slipway/lab.yaml, /etc/slipway/lab.yaml; "
            + "write one (docs/lab-file.md) or name it with --lab",
            Failure(null, null));

    [Fact]
    public void A_named_file_that_is_not_there_is_never_replaced_by_another()
    {
        Assert.Equal("no.yaml: SLP1001: --lab names 'no.yaml', and no such file is there", Failure("no.yaml", null));
        Assert.Equal("no.yaml: SLP1001: $SLIPWAY_LAB names 'no.yaml', and no such file is there", Failure(null, "no.yaml"));
    }

    private static string Find(string? said, string? variable, MemoryFiles files) =>
        LabFileLocator.Find(said, name => name == "SLIPWAY_LAB" ? variable : null, "/lab", "/home/ada", files);

    private static string Failure(string? said, string? variable) =>
        Assert.Throws<LabFileException>(() => Find(said, variable, new MemoryFiles().With("/elsewhere/lab.yaml", ""))).Message;
}
