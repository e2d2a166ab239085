using Slipway.Fence;

namespace Slipway.Tests.Cli.Fence;

/// <summary>What clusters write on the agent's standard input.</summary>
public sealed class FenceRequestTests
{
    // As pacemaker-fenced writes it: its own keys among ours.
    private const string FromPacemaker = "action=reboot\nnodename=node1\nplug=node1\nip=192.168.77.20\npassword=Pa55=w#rd\npassword_script=\npower_timeout=20s\n";

    [Fact]
    public void What_pacemaker_writes_is_understood()
    {
        FenceRequest request = FenceRequest.Read(new StringReader(FromPacemaker), text => Assert.Fail(text));

        Assert.Equal(("reboot", "node1", "192.168.77.20", "Pa55=w#rd", 20),
            (request.Action, request.Text(FenceParameter.Plug), request.Text(FenceParameter.Ip), request.Text(FenceParameter.Password), request.Number(FenceParameter.PowerTimeout)));
        Assert.Null(request.Text(FenceParameter.PasswordScript));
    }

    [Fact]
    public void Old_names_mean_the_same() =>
        Assert.Equal(("n1", "h", "u", "p"), Read("port=n1\nipaddr=h\nlogin=u\npasswd=p\n") is var r
            ? (r.Text(FenceParameter.Plug), r.Text(FenceParameter.Ip), r.Text(FenceParameter.User), r.Text(FenceParameter.Password)) : default);

    [Fact]
    public void Without_an_action_it_is_reboot() => Assert.Equal("reboot", Read("").Action);

    [Fact]
    public void An_unknown_key_is_named_and_its_value_is_not()
    {
        var said = new List<string>();

        FenceRequest.Read(new StringReader("pasword=hunter2\n"), said.Add);

        Assert.Equal(["unknown key 'pasword' on standard input; ignored"], said);
    }

    [Fact]
    public void Every_truncation_is_read_without_an_exception()
    {
        for (int length = 0; length <= FromPacemaker.Length; length++) FenceRequest.Read(new StringReader(FromPacemaker[..length]), _ => { });
    }

    [Fact]
    public void Mutations_are_read_or_refused_with_an_exit_code()
    {
        const int seed = 77;
        var random = new Random(seed);
        for (int round = 0; round < 5000; round++)
        {
            char[] text = FromPacemaker.ToCharArray();
            for (int n = random.Next(1, 6); n > 0; n--) text[random.Next(text.Length)] = (char)random.Next(0, 256);
            try
            {
                FenceRequest request = FenceRequest.Read(new StringReader(new string(text)), _ => { });
                _ = request.Number(FenceParameter.PowerTimeout);
            }
            catch (FenceException e) when (e.Exit == FenceExit.BadArguments)
            {
                // Said what is wrong: seed 77 makes such ones.
            }
        }
    }

    [Fact]
    public void Endless_input_is_refused() =>
        Assert.Equal(FenceExit.BadArguments, Assert.Throws<FenceException>(() => Read(string.Concat(Enumerable.Repeat("\n", 100_000)))).Exit);

    private static FenceRequest Read(string text) => FenceRequest.Read(new StringReader(text), _ => { });
}
