using Slipway.Fence;

namespace Slipway.Tests.Cli.Fence;

/// <summary>What the actions of the agent do to a device, and what they say.</summary>
public sealed class FenceActionsTests
{
    [Theory]
    [InlineData("status", true, FenceExit.Ok, "Status: ON", "")]
    [InlineData("status", false, FenceExit.BadArguments, "Status: OFF", "")]
    [InlineData("on", true, FenceExit.Ok, "Success: Already ON", "")]
    [InlineData("on", false, FenceExit.Ok, "Success: Powered ON", "on")]
    [InlineData("off", true, FenceExit.Ok, "Success: Powered OFF", "off")]
    [InlineData("off", false, FenceExit.Ok, "Success: Already OFF", "")]
    [InlineData("reboot", true, FenceExit.Ok, "Success: Rebooted", "off on")]
    [InlineData("reboot", false, FenceExit.Ok, "Success: Rebooted", "on")]
    [InlineData("monitor", true, FenceExit.Ok, "", "")]
    [InlineData("validate-all", true, FenceExit.Ok, "", "")]
    [InlineData("list", true, FenceExit.Ok, "n1,a node", "")]
    public async Task An_action_does_and_says(string action, bool isOn, object exit, string says, string switches)
    {
        var device = new FakeDevice { IsOn = isOn };

        (FenceExit ended, string output, _) = await RunAsync(device, action);

        Assert.Equal(((FenceExit)exit, says, switches), (ended, output.Trim(), string.Join(' ', device.Switches)));
    }

    [Fact]
    public async Task Off_that_is_not_seen_is_no_success()
    {
        var device = new FakeDevice { IsOn = true, Obeys = false };

        FenceException e = await Assert.ThrowsAsync<FenceException>(() => RunAsync(device, "off", "power_timeout=0"));

        Assert.Equal(FenceExit.WaitingForOff, e.Exit);
    }

    [Fact]
    public async Task A_reboot_whose_on_fails_is_still_a_success_because_the_node_is_down()
    {
        var device = new FakeDevice { IsOn = true, OnFault = new FenceException(FenceExit.ConnectionLost, "gone") };

        (FenceExit ended, string output, string errors) = await RunAsync(device, "reboot");

        Assert.Equal((FenceExit.Ok, "Success: Rebooted"), (ended, output.Trim()));
        Assert.Contains("gone", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_cannot_be_told_is_an_error_of_its_own() =>
        Assert.Equal(FenceExit.NoStatus, (await Assert.ThrowsAsync<FenceException>(() => RunAsync(new FakeDevice { IsOn = null }, "off"))).Exit);

    [Fact]
    public async Task An_unknown_action_is_refused() =>
        Assert.Equal(FenceExit.BadArguments, (await Assert.ThrowsAsync<FenceException>(() => RunAsync(new FakeDevice(), "explode"))).Exit);

    private static async Task<(FenceExit Exit, string Output, string Errors)> RunAsync(FakeDevice device, string action, string more = "")
    {
        FenceRequest request = FenceRequest.Read(new StringReader($"action={action}\nplug=n1\n{more}\n"), _ => { });
        using StringWriter output = new(), errors = new();
        FenceExit exit = await new FenceActions(device, request, output, errors, TimeProvider.System).RunAsync(CancellationToken.None);
        return (exit, output.ToString(), errors.ToString());
    }

    private sealed class FakeDevice : IFenceDevice
    {
        public bool? IsOn { get; set; } = true;

        public bool Obeys { get; init; } = true;

        public FenceException? OnFault { get; init; }

        public List<string> Switches { get; } = [];

        public Task CheckAsync(CancellationToken ct) => Task.CompletedTask;

        public Task<IReadOnlyList<(string Plug, string Alias)>> ListAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<(string, string)>>([("n1", "a node")]);

        public Task<bool?> IsOnAsync(CancellationToken ct) => Task.FromResult(IsOn);

        public Task SwitchOnAsync(CancellationToken ct)
        {
            if (OnFault is not null) return Task.FromException(OnFault);
            Switches.Add("on");
            if (Obeys) IsOn = true;
            return Task.CompletedTask;
        }

        public Task SwitchOffAsync(CancellationToken ct)
        {
            Switches.Add("off");
            if (Obeys) IsOn = false;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
