using Slipway.InteropTests.Network;
using Slipway.Netboot;

namespace Slipway.InteropTests.ForeignClients;

public sealed class TftpClientsTests : IDisposable
{
    private readonly ServedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("large", 512)] // wraps the block number
    [InlineData("middle.efi", 64)] // with 8, curl 7.88 cannot read our OACK, which is longer than that
    [InlineData("middle.efi", 1024)]
    [InlineData("middle.efi", 1468)]
    [InlineData("middle.efi", 65464)] // we offer less, curl takes it
    [InlineData("even", 512)]
    public async Task Curl_gets_every_byte_at_every_block_size(string name, int blockSize)
    {
        string target = _files.NewPath();

        (int exit, string output) = ForeignProgram.Run(
            "curl", "curl", "-sS", "--tftp-blksize", $"{blockSize}", "-o", target, $"tftp://127.0.0.1:{_files.TftpPort}//{name}");

        Assert.True(exit == 0, output);
        Assert.Equal(_files.Original(name), File.ReadAllBytes(target));
        FileTransferred done = await _files.Next<FileTransferred>();
        Assert.Equal((_files.Original(name).Length, 0), ((int)done.Bytes, done.Retries));
    }

    [Theory]
    [InlineData("middle.efi")]
    [InlineData("empty")] // with options, curl 7.88 calls a tsize of 0 illegal
    public void Curl_without_options_gets_every_byte(string name)
    {
        string target = _files.NewPath();

        (int exit, string output) = ForeignProgram.Run(
            "curl", "curl", "-sS", "--tftp-no-options", "-o", target, $"tftp://127.0.0.1:{_files.TftpPort}//{name}");

        Assert.True(exit == 0, output);
        Assert.Equal(_files.Original(name), File.Exists(target) ? File.ReadAllBytes(target) : []); // curl makes no empty file
    }

    [Fact]
    public async Task Curl_is_told_that_a_file_is_missing()
    {
        (int exit, string output) = ForeignProgram.Run("curl", "curl", "-sS", $"tftp://127.0.0.1:{_files.TftpPort}//nothing");

        Assert.True(exit == 68, output); // CURLE_TFTP_NOTFOUND
        Assert.True((await _files.Next<FileNotSent>()).Expected);
    }

    [Theory]
    [InlineData("octet", "large")]
    [InlineData("octet", "even")]
    [InlineData("netascii", "text")]
    public void Tftp_hpa_gets_every_byte(string mode, string name)
    {
        string target = _files.NewPath();

        (_, string output) = ForeignProgram.Run("tftp", "tftp-hpa", "-m", mode, "127.0.0.1", $"{_files.TftpPort}", "-c", "get", name, target);

        Assert.True(File.Exists(target), output); // its exit code says nothing
        Assert.Equal(_files.Original(name), File.ReadAllBytes(target));
    }

    [Fact]
    public void Tftp_hpa_may_not_write()
    {
        string source = _files.NewPath();
        File.WriteAllText(source, "x");

        (_, string output) = ForeignProgram.Run("tftp", "tftp-hpa", "127.0.0.1", $"{_files.TftpPort}", "-c", "put", source, "new");

        Assert.Contains("nothing may be written here", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("windowsize 8", "blksize 1468")]
    [InlineData("windowsize 64", "blksize 1024")]
    [InlineData("windowsize 3", "blksize 512")]
    [InlineData("tsize 0", "timeout 3")]
    public void Atftp_gets_every_byte_with_its_options(string option, string other)
    {
        string target = _files.NewPath();

        (int exit, string output) = ForeignProgram.Run(
            "atftp", "atftp", "--option", option, "--option", other, "-g", "-r", "large", "-l", target, "127.0.0.1", $"{_files.TftpPort}");

        Assert.True(exit == 0, output);
        Assert.Equal(_files.Original("large"), File.ReadAllBytes(target));
    }
}
