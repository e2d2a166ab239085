using Slipway.InteropTests.Network;
using Slipway.Netboot;

namespace Slipway.InteropTests.ForeignClients;

public sealed class HttpClientsTests : IDisposable
{
    private readonly ServedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("large")]
    [InlineData("middle.efi")]
    [InlineData("empty")]
    public async Task Curl_gets_every_byte(string name)
    {
        string target = _files.NewPath();

        (int exit, string output) = Curl("-o", target, Url(name));

        Assert.True(exit == 0, output);
        Assert.Equal(_files.Original(name), File.Exists(target) ? File.ReadAllBytes(target) : []);
        Assert.Equal(_files.Original(name).Length, (await _files.Next<FileTransferred>()).Bytes);
    }

    [Fact]
    public async Task Curl_asks_for_the_size_as_firmware_does()
    {
        (_, string output) = Curl("--head", Url("middle.efi"));

        Assert.StartsWith("HTTP/1.1 200 OK", output, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 1234567\r\n", output, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/efi\r\n", output, StringComparison.Ordinal);
        FileTransferred fact = await _files.Next<FileTransferred>();
        Assert.Equal((0L, "HEAD"), (fact.Bytes, fact.Options));
    }

    [Fact]
    public async Task Curl_gets_a_range()
    {
        string target = _files.NewPath();

        Curl("-r", "1000-500999", "-o", target, Url("middle.efi"));

        Assert.Equal(_files.Original("middle.efi")[1000..501_000], File.ReadAllBytes(target));
        Assert.Equal("range 1000-500999", (await _files.Next<FileTransferred>()).Options);
    }

    [Fact]
    public void Curl_goes_on_where_a_download_ended()
    {
        string target = _files.NewPath();
        File.WriteAllBytes(target, _files.Original("large")[..10_000_000]);

        (int exit, string output) = Curl("-C", "-", "-o", target, Url("large"));

        Assert.True(exit == 0, output);
        Assert.Equal(_files.Original("large"), File.ReadAllBytes(target));
    }

    [Fact]
    public void Curl_keeps_one_connection_for_many_files()
    {
        (_, string output) = Curl("-w", "%{http_code}/%{num_connects} ", "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null",
            Url("large"), Url("nothing"), Url("middle.efi"));

        Assert.Equal("200/1 404/0 200/0 ", output);
    }

    [Fact]
    public void Curl_is_told_what_is_missing_and_what_is_not_allowed()
    {
        Assert.Equal("Middle.efi does not exist; middle.efi exists; names are case-sensitive\n", Curl(Url("Middle.efi")).Output);
        Assert.StartsWith("HTTP/1.1 405 ", Curl("-i", "-X", "DELETE", Url("text")).Output, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", Curl("-i", "-0", Url("text?x=1")).Output.Replace("1.0", "1.1", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private string Url(string name) => $"http://127.0.0.1:{_files.HttpPort}/{name}";

    private static (int ExitCode, string Output) Curl(params string[] arguments) => ForeignProgram.Run("curl", "curl", ["-sS", "--noproxy", "*", .. arguments]);
}
