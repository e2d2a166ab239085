using Slipway.Lab;
using Slipway.Server.Hosting;

namespace Slipway.Tests.Server;

public sealed class LabPlacesTests
{
    [Theory]
    [InlineData(true, "", "/var/lib/slipway/desk", "/run/slipway/desk")]
    [InlineData(true, "SLIPWAY_STATE_DIR=/s SLIPWAY_RUNTIME_DIR=/r", "/s/desk", "/r/desk")]
    [InlineData(false, "HOME=/h", "/h/.local/state/slipway/desk", "/h/.local/state/slipway/runtime/desk")]
    [InlineData(false, "HOME=/h XDG_STATE_HOME=/x XDG_RUNTIME_DIR=/run/user/7", "/x/slipway/desk", "/run/user/7/slipway/desk")]
    [InlineData(false, "HOME=/h XDG_STATE_HOME=relative", "/h/.local/state/slipway/desk", "/h/.local/state/slipway/runtime/desk")]
    [InlineData(false, "HOME=/h SLIPWAY_STATE_DIR=/s", "/s/desk", "/s/runtime/desk")]
    public void Places_follow_the_environment_and_the_user(bool isRoot, string environment, string state, string runtime)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);

        var places = LabPlaces.Of("desk", variables.GetValueOrDefault, isRoot);

        Assert.Equal(new LabPlaces(state, runtime), places);
    }

    [Fact]
    public void A_socket_path_the_system_would_refuse_is_refused_with_a_remedy()
    {
        var places = new LabPlaces("/s", "/" + new string('x', 99));

        Assert.Equal(107, places.SocketPath("1234567"[..6]).Length);
        Assert.Contains("SLIPWAY_RUNTIME_DIR", Assert.Throws<DeviceException>(() => places.SocketPath("1234567")).Message);
    }
}
