using System.Diagnostics;
using Slipway.Lab.Runs;
using Slipway.Storage.Artifacts;

namespace Slipway.LoopbackTests.Storage;

public sealed class ArtifactCollectorTests : IDisposable
{
    private readonly StateDirectory _source = new();
    private readonly StateDirectory _run = new();

    [Fact]
    public void Chosen_files_are_copied_with_their_relative_paths()
    {
        Put("results/a.xml", "A");
        Put("results/deep/b.xml", "B");
        Put("results/notes.txt", "N");
        Put("empty.log", "");

        ArtifactReport report = Collect("results/**/*.xml", "*.log");

        Assert.Equal(["empty.log", "results/a.xml", "results/deep/b.xml"], report.Files);
        Assert.Empty(report.Notes);
        Assert.Equal("B", File.ReadAllText(Path.Combine(_run.Path, RunDirectory.Artifacts, "results/deep/b.xml")));
    }

    [Fact]
    public void A_link_to_a_file_inside_is_taken_and_one_that_leads_outside_is_not()
    {
        using var outside = new StateDirectory();
        File.WriteAllText(Path.Combine(outside.Path, "secret.xml"), "S");
        Put("inside.xml", "I");
        File.CreateSymbolicLink(Path.Combine(_source.Path, "good.xml"), "inside.xml");
        File.CreateSymbolicLink(Path.Combine(_source.Path, "bad.xml"), Path.Combine(outside.Path, "secret.xml"));
        File.CreateSymbolicLink(Path.Combine(_source.Path, "loop.xml"), "loop.xml");
        Directory.CreateSymbolicLink(Path.Combine(_source.Path, "door"), outside.Path);
        // Looks as if it were inside, but goes through the door.
        File.CreateSymbolicLink(Path.Combine(_source.Path, "sly.xml"), Path.Combine(_source.Path, "door", "secret.xml"));

        ArtifactReport report = Collect("**/*.xml", "door/*");

        Assert.Equal(["good.xml", "inside.xml"], report.Files);
        Assert.Equal(3, report.Notes.Count);
    }

    [Fact]
    public void A_source_directory_that_is_a_link_itself_works()
    {
        Put("a.xml", "A");
        string link = Path.Combine(_run.Path, "link");
        Directory.CreateSymbolicLink(link, _source.Path);

        Assert.Equal(["a.xml"], ArtifactCollector.Collect(link, ["*.xml"], _run.Path, CancellationToken.None).Files);
    }

    [Fact]
    public void A_pattern_that_leaves_the_directory_is_noted()
    {
        ArtifactReport report = Collect("../*", "/etc/passwd");

        Assert.Empty(report.Files);
        Assert.Equal(2, report.Notes.Count);
    }

    [Fact]
    public void A_fifo_does_not_stop_the_run()
    {
        using (Process make = Process.Start("mkfifo", [Path.Combine(_source.Path, "pipe.log")])) make.WaitForExit();

        Assert.Equal(["pipe.log"], Collect("*.log").Files);
    }

    public void Dispose()
    {
        _source.Dispose();
        _run.Dispose();
    }

    private ArtifactReport Collect(params string[] patterns) => ArtifactCollector.Collect(_source.Path, patterns, _run.Path, CancellationToken.None);

    private void Put(string name, string content)
    {
        string path = Path.Combine(_source.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
