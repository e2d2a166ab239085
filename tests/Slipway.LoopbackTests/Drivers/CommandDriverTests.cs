using System.Text;
using Slipway.Drivers.Command;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.LabFile;

namespace Slipway.LoopbackTests.Drivers;

public sealed class CommandDriverTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-command").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("echo on", PowerState.On)]
    [InlineData("echo outlet 4 is OFF", PowerState.Off)]
    [InlineData("exit 0", PowerState.On)]
    [InlineData("exit 1", PowerState.Off)]
    public async Task The_status_program_says_on_or_off(string script, PowerState state)
    {
        var power = Power(new CommandPowerDescription { Status = Shell(script) });

        Assert.Equal(state, await power.GetStateAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("echo perhaps")]
    [InlineData("echo no route to host >&2; exit 1")]
    [InlineData("exit 7")]
    public async Task Any_other_answer_is_a_fault_that_quotes_it(string script)
    {
        var power = Power(new CommandPowerDescription { Status = Shell(script) });

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => power.GetStateAsync(CancellationToken.None));

        Assert.Equal("SLP5304", e.Code);
    }

    [Fact]
    public async Task A_failed_program_is_reported_with_its_exit_code_and_its_last_words()
    {
        var power = Power(new CommandPowerDescription { On = Shell("echo one >&2; echo the outlet is locked >&2; exit 3") });

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => power.ApplyAsync(PowerAction.On, CancellationToken.None));

        Assert.Contains("exit code 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("the outlet is locked", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_with_blanks_and_quotes_reaches_the_program_as_it_is()
    {
        string file = Path.Combine(_directory, "said");
        var power = Power(new CommandPowerDescription { On = ["/bin/sh", "-c", "printf '%s|' \"$@\" > " + file, "sh", "a b", "$HOME", "'"], Status = Shell("echo on") });

        await power.ApplyAsync(PowerAction.On, CancellationToken.None);

        Assert.Equal("a b|$HOME|'|", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_secret_reaches_the_programs_environment_and_no_message()
    {
        var power = Power(new CommandPowerDescription
        {
            On = Shell("test ${#PDU_PASSWORD} = 7 || exit 9; exit 4"),
            Environment = new Dictionary<string, Secret> { ["PDU_PASSWORD"] = new("hunter2") },
        });

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => power.ApplyAsync(PowerAction.On, CancellationToken.None));

        Assert.Contains("exit code 4", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_killed_with_its_children()
    {
        string file = Path.Combine(_directory, "pid");
        var power = Power(new CommandPowerDescription { On = Shell($"sleep 1000 & echo $! > {file}; wait"), Timeout = TimeSpan.FromSeconds(1) });

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => power.ApplyAsync(PowerAction.On, CancellationToken.None));

        Assert.Equal("SLP5301", e.Code);
        string child = (await File.ReadAllTextAsync(file)).Trim();
        Assert.True(!Directory.Exists($"/proc/{child}") || (await File.ReadAllTextAsync($"/proc/{child}/stat")).Contains(" Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var power = Power(new CommandPowerDescription { On = ["no-such-program"] });

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => power.ApplyAsync(PowerAction.On, CancellationToken.None));

        Assert.Equal("SLP5302", e.Code);
        Assert.Contains("no-such-program", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_possible_follows_from_the_commands()
    {
        Assert.Equal([PowerAction.On, PowerAction.Off, PowerAction.Cycle], Power(new CommandPowerDescription { On = ["x"], Off = ["x"] }).Possible.Order());
        Assert.Equal([PowerAction.Cycle], Power(new CommandPowerDescription { Cycle = ["x"] }).Possible);
    }

    [Fact]
    public async Task A_console_program_is_read_and_typed_to_and_its_end_is_the_consoles()
    {
        await using var console = new CommandConsole("vm", new CommandConsoleDescription { Command = Shell("echo hello; read line; echo \"got $line\"; echo noise >&2") });
        await console.OpenAsync(CancellationToken.None);
        byte[] buffer = new byte[100];

        int read = await console.ReadAsync(buffer, CancellationToken.None);
        Assert.Equal("hello\n", Encoding.ASCII.GetString(buffer, 0, read));
        await console.WriteAsync("word\n"u8.ToArray(), CancellationToken.None);
        read = await console.ReadAsync(buffer, CancellationToken.None);
        Assert.Equal("got word\n", Encoding.ASCII.GetString(buffer, 0, read));

        Assert.Equal(0, await console.ReadAsync(buffer, CancellationToken.None));
    }

    private static CommandPower Power(CommandPowerDescription description) => new("vm", description, TimeProvider.System);

    private static string[] Shell(string script) => ["/bin/sh", "-c", script];
}
