using System.Net;
using Slipway.Netboot.Ipv6;

namespace Slipway.Tests.Netboot.Ipv6;

public sealed class RouterAdvertisementTests
{
    [Fact]
    public void It_has_a_prefix_no_default_route_and_no_word_of_dhcpv6()
    {
        string hex = Convert.ToHexStringLower(RouterAdvertisement.Write(IPAddress.Parse("fd77::1")));

        Assert.Equal(
            "86000000" + "40000000" + "00000000" + "00000000"
            + "030440c0" + "00000e10" + "00000e10" + "00000000" + "fd770000000000000000000000000000", hex);
    }

    [Theory]
    [InlineData("8500000000000000", true)]
    [InlineData("85000000000000000101525400770001", true)]
    [InlineData("85000000000000", false)]
    [InlineData("8501000000000000", false)]
    [InlineData("8600000000000000", false)]
    [InlineData("", false)]
    public void Only_a_whole_solicitation_is_one(string hex, bool isOne) =>
        Assert.Equal(isOne, RouterAdvertisement.IsSolicitation(Convert.FromHexString(hex)));
}
