using Slipway.Netboot.Tftp;

namespace Slipway.Tests.Netboot.Tftp;

public sealed class TftpTermsTests
{
    [Theory]
    [InlineData("blksize=1432 tsize=0", "blksize=1432 tsize=5000")]
    [InlineData("blksize=65464", "blksize=1468")] // no fragments
    [InlineData("blksize=7", "")]
    [InlineData("blksize=8", "blksize=8")]
    [InlineData("BLKSIZE=512", "blksize=512")]
    [InlineData("windowsize=65535", "windowsize=64")]
    [InlineData("windowsize=0", "")]
    [InlineData("timeout=5", "timeout=5")]
    [InlineData("timeout=0", "")]
    [InlineData("timeout=256", "")]
    [InlineData("blksize=1024 blksize=512", "blksize=1024")]
    [InlineData("blksize=-1 tsize=x multicast= utimeout=5000", "")]
    [InlineData("blksize=99999999999999999999", "")]
    public void Only_what_can_be_kept_is_accepted(string asked, string accepted)
    {
        TftpTerms terms = TftpTerms.Negotiate(Parse(asked), 5000, new TftpServerOptions());

        Assert.Equal(accepted, string.Join(' ', terms.Accepted.Select(o => $"{o.Name}={o.Value}")));
    }

    [Fact]
    public void Nothing_asked_means_rfc_1350()
    {
        TftpTerms terms = TftpTerms.Negotiate([], 5000, new TftpServerOptions());

        Assert.Equal((512, 1, (TimeSpan?)null), (terms.BlockSize, terms.WindowSize, terms.Timeout));
    }

    internal static TftpOption[] Parse(string options) =>
        [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(o => new TftpOption(o.Split('=')[0], o.Split('=')[1]))];
}
